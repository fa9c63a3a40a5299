import { shortenId } from "../../core/ids.ts";
import { formatUsd } from "../../core/money.ts";
import { wholeCatalogue } from "../../core/scope.ts";
import { hasRight, type Staff } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { linkSchema } from "../../desk/providers/provider-kinds.ts";
import type { ProviderCard, ProviderLine } from "../../desk/providers/providers.ts";
import { bold, escapeHtml } from "../../texts/html.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { operatorNotice } from "../../texts/operator/notices.ts";
import { tradeTexts } from "../../texts/operator/trade.ts";
import { beginDraft } from "./draft-screen.ts";
import { act, at, homePlace } from "./place.ts";
import { type DeskButton, type DeskCard, go, type Screen } from "./screen.ts";

const ID = "pv";
const texts = tradeTexts.providers;
const A_PAGE = 8;
const MAX_TROUBLES = 8;
const FEW_SAMPLES = 20;

type Deps = Pick<DeskServices, "providers" | "drafts">;

/** The upstream accounts: what is left there, how they deliver, and their switches. */
export function createProvidersScreen(deps: Deps): Screen {
  const { providers, drafts } = deps;
  return {
    id: ID,
    right: "money",
    entry: { label: texts.entry, order: 70 },
    show: async ({ staff, args: [view = "", name = ""] }) =>
      view === "c"
        ? cardOf(staff, await providers.card(name))
        : await listCard(deps, staff, Number(view) || 0),
    actions: {
      o: {
        right: "switches",
        takes: "tap",
        async run({ staff, args: [name = ""] }) {
          await providers.card(name);
          const content = { scope: { ...wholeCatalogue, provider: name }, hours: null };
          return await beginDraft(drafts, { staff, kind: "switch.off", content, back: at(ID, "c", name) });
        },
      },
      y: {
        right: "switches",
        takes: "tap",
        async run({ staff, args: [name = ""] }) {
          const { off } = await providers.card(name);
          if (!off) return go(at(ID, "c", name));
          const content = { switchId: off.id };
          return await beginDraft(drafts, { staff, kind: "switch.on", content, back: at(ID, "c", name) });
        },
      },
      p: {
        right: "money",
        takes: "tap",
        async run({ args: [name = ""] }) {
          const result = await providers.probe(name);
          if (result.kind === "failed")
            return go(at(ID, "c", name), `It did not answer: ${escapeHtml(result.reason)}.`);
          const balance = result.balanceMicros;
          return go(
            at(ID, "c", name),
            balance === null ? "It answers." : `It answers: ${formatUsd(balance)}.`,
          );
        },
      },
      l: {
        right: "switches",
        takes: "tap",
        run: async ({ args: [name = ""] }) => ({
          kind: "ask",
          prompt: texts.linkPrompt,
          to: act(ID, "L", name),
          back: at(ID, "c", name),
        }),
      },
      L: {
        right: "switches",
        takes: "text",
        async run({ staff, args: [name = ""], typed }) {
          await providers.card(name);
          const link = linkSchema.safeParse(typed?.text.trim());
          if (!link.success) return { kind: "again", why: texts.linkWrong };
          const content = { provider: name, link: link.data };
          return await beginDraft(drafts, { staff, kind: "provider.link", content, back: at(ID, "c", name) });
        },
      },
    },
  };
}

async function listCard({ providers }: Deps, staff: Staff, page: number): Promise<DeskCard> {
  const [lines, alerts] = await Promise.all([providers.lines(), providers.alerts()]);
  const shown = lines.slice(page * A_PAGE, (page + 1) * A_PAGE);
  const troubles = alerts
    .slice(0, MAX_TROUBLES)
    .map(({ kind, params }) => `⚠️ ${operatorNotice(kind, params)}`);
  const more: DeskButton[] =
    (page + 1) * A_PAGE < lines.length ? [{ label: deskTexts.next, to: at(ID, page + 1) }] : [];
  const quiet: DeskButton[] = hasRight(staff.role, "settings")
    ? [{ label: texts.quiet, to: at("se", "QUIET_HOURS") }]
    : [];
  return {
    html: [
      bold(escapeHtml(texts.title)),
      ...(shown.length === 0 ? [texts.none] : shown.map(lineOf)),
      ...(troubles.length === 0 ? [] : ["", bold(escapeHtml(texts.trouble)), ...troubles]),
    ].join("\n"),
    rows: [
      ...shown.map(({ name }) => [{ label: name, to: at(ID, "c", name) }]),
      more,
      quiet,
      [
        { label: deskTexts.refresh, to: at(ID, page) },
        { label: deskTexts.home, to: homePlace },
      ],
    ].filter((row) => row.length > 0),
  };
}

function lineOf(line: ProviderLine): string {
  const facts = [stateOf(line), moneyOf(line), deliveryOf(line), answerOf(line)].filter(
    (fact) => fact !== null,
  );
  return `${bold(escapeHtml(line.name))}: ${escapeHtml(facts.join(" · "))}`;
}

function stateOf({ health, off }: ProviderLine): string {
  if (off) return `off (${off.reason})`;
  if (!health) return "not heard of yet";
  return health.state === "open" ? `out (${health.reason ?? "unknown"})` : "on sale";
}

function moneyOf({ health, hoursLeft }: ProviderLine): string | null {
  const balance = health?.balanceMicros ?? null;
  if (balance === null) return null;
  const left =
    hoursLeft === null
      ? "no sales"
      : `${hoursLeft < 100 ? hoursLeft.toFixed(1) : Math.round(hoursLeft)} h left`;
  return `${formatUsd(balance)}, ${left}`;
}

function deliveryOf({ rented24h, received24h }: ProviderLine): string {
  if (rented24h === 0) return "24 h: nothing sold";
  const rate = `${Math.round((100 * received24h) / rented24h)} %`;
  return rented24h < FEW_SAMPLES
    ? `24 h: ${received24h} of ${rented24h} (n=${rented24h})`
    : `24 h: ${rate} of ${rented24h}`;
}

function answerOf({ p95Ms }: ProviderLine): string | null {
  return p95Ms === null ? null : `p95 ${(p95Ms / 1000).toFixed(1)} s`;
}

function cardOf(staff: Staff, card: ProviderCard): DeskCard {
  const { name, health, errors, pricesAt, topupLink, off } = card;
  const minute = (at: Date | null | undefined): string =>
    at?.toISOString().slice(0, 16).replace("T", " ") ?? "–";
  const escrow = health?.escrowMicros ?? null;
  const facts = [
    health?.state === "open"
      ? `out since ${minute(health.openedAt)} UTC, next probe ${minute(health.nextProbeAt)}`
      : null,
    off ? `off since ${minute(off.offAt)} UTC by ${off.offBy}` : null,
    `balance read ${minute(health?.balanceAt)} UTC${escrow === null ? "" : `, ${formatUsd(escrow)} held there`}`,
    `prices read ${minute(pricesAt)} UTC`,
    errors.length === 0
      ? "no errors in 24 h"
      : `errors in 24 h: ${errors.map(({ kind, count }) => `${kind} ${count}`).join(", ")}`,
  ].filter((fact) => fact !== null);
  const maySwitch = hasRight(staff.role, "switches");
  const power: DeskButton = off
    ? { label: texts.on, to: act(ID, "y", name) }
    : { label: texts.off, to: act(ID, "o", name) };
  const link: DeskButton[] = topupLink === null ? [] : [{ label: texts.topup, url: topupLink }];
  return {
    html: [lineOf(card), ...facts.map((fact) => escapeHtml(fact))].join("\n"),
    rows: [
      [...(maySwitch ? [power] : []), { label: texts.probe, to: act(ID, "p", name) }],
      [...link, ...(maySwitch ? [{ label: texts.link, to: act(ID, "l", name) }] : [])],
      [
        ...(off && maySwitch ? [{ label: "🗂", to: at("ca", "o", shortenId(off.id)) }] : []),
        { label: deskTexts.back, to: at(ID) },
      ],
    ].filter((row) => row.length > 0),
  };
}
