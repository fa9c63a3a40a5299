import { hasRight } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { nameOf, pauseKindNames as pauseKinds, wordsSchema } from "../../desk/switches/pause-kinds.ts";
import { bold, escapeHtml } from "../../texts/html.ts";
import { languages, textsFor } from "../../texts/index.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { tradeTexts } from "../../texts/operator/trade.ts";
import { beginDraft } from "./draft-screen.ts";
import { act, at, homePlace } from "./place.ts";
import type { DeskButton, Screen } from "./screen.ts";

const ID = "pa";
const texts = tradeTexts.pause;
/** How long, in hours; 0: until an owner resumes. */
const LENGTHS = [0, 1, 24];
const kindsOf = { s: ["sales"], t: ["topups"], b: ["sales", "topups"], a: ["api"] } as const;
type Which = keyof typeof kindsOf;
const keyOf = { sales: "s", topups: "t", api: "a" } as const;

type Deps = Pick<DeskServices, "switches" | "drafts">;

/** Stopping sales, top-ups or both. Whoever is on duty stops; an owner resumes. */
export function createPauseScreen({ switches, drafts }: Deps): Screen {
  return {
    id: ID,
    right: "pause",
    entry: { label: texts.entry, order: 110 },
    async headline() {
      const paused = await switches.pauses();
      return paused.length === 0
        ? null
        : texts.headline(paused.map(({ kind }) => nameOf(kind)).join(" and "));
    },
    async show({ staff, args: [view, which] }) {
      if (view === "l") return wordsCard(whichOf(which));
      const paused = await switches.pauses();
      const rows = pauseKinds.map((kind): readonly DeskButton[] => {
        const key = keyOf[kind];
        if (paused.some((row) => row.kind === kind)) {
          return [
            ...(hasRight(staff.role, "resume")
              ? [{ label: `▶️ Resume ${nameOf(kind).toLowerCase()}`, to: act(ID, "r", key) }]
              : []),
            // Tools of resellers hear one word of their dialect.
            ...(kind === "api" ? [] : [{ label: texts.words, to: at(ID, "l", key) }]),
          ];
        }
        return LENGTHS.map((hours) => ({
          label: hours === 0 ? `⏸ ${nameOf(kind)}` : `${hours} h`,
          to: act(ID, "s", key, hours),
        }));
      });
      const both: readonly DeskButton[] = paused.every(({ kind }) => kind === "api")
        ? [{ label: "⏸ Both", to: act(ID, "s", "b", 0) }]
        : [];
      const lines = pauseKinds.map((kind) => {
        const row = paused.find((one) => one.kind === kind);
        if (!row) return `${nameOf(kind)}: ${texts.on}`;
        const until = row.until === null ? "" : ` until ${row.until.toISOString().slice(0, 16)}Z`;
        return `${nameOf(kind)}: ${bold(escapeHtml("paused"))}${until} · ${escapeHtml(row.reason)} · ${escapeHtml(row.offBy)}`;
      });
      return {
        html: [bold(escapeHtml(texts.title)), ...lines, "", texts.goesOn].join("\n"),
        rows: [...rows, both, [{ label: deskTexts.home, to: homePlace }]].filter((row) => row.length > 0),
      };
    },
    actions: {
      s: {
        right: "pause",
        takes: "tap",
        async run({ staff, args: [which, hours] }) {
          const content = { kinds: [...kindsOf[whichOf(which)]], hours: lengthOf(hours) };
          return await beginDraft(drafts, { staff, kind: "pause.on", content, back: at(ID) });
        },
      },
      r: {
        right: "resume",
        takes: "tap",
        async run({ staff, args: [which] }) {
          const content = { kinds: [...kindsOf[whichOf(which)]] };
          return await beginDraft(drafts, { staff, kind: "pause.off", content, back: at(ID) });
        },
      },
      w: {
        right: "pause",
        takes: "tap",
        run: async ({ args: [which, language] }) => ({
          kind: "ask",
          prompt: texts.wordsPrompt(languageOf(language)),
          to: act(ID, "W", whichOf(which), languageOf(language)),
          back: at(ID, "l", whichOf(which)),
        }),
      },
      W: {
        right: "pause",
        takes: "text",
        async run({ staff, args: [which, language], typed }) {
          const text = typed?.text.trim() ?? "";
          const words = wordsSchema.safeParse(text);
          if (!words.success) return { kind: "again", why: texts.wordsWrong };
          const kind = whichOf(which) === "t" ? "topups" : "sales";
          const content = { kind, language: languageOf(language), words: text === "-" ? null : words.data };
          return await beginDraft(drafts, { staff, kind: "pause.words", content, back: at(ID) });
        },
      },
    },
  };
}

function whichOf(text: string | undefined): Which {
  return text === "t" || text === "b" || text === "a" ? text : "s";
}

function lengthOf(text: string | undefined): number | null {
  return LENGTHS.includes(Number(text)) ? Number(text) || null : null;
}

function languageOf(text: string | undefined): string {
  return textsFor(text ?? "").language;
}

function wordsCard(which: Which) {
  return {
    html: texts.words,
    rows: [
      languages.map(({ language }) => ({ label: language, to: act(ID, "w", which, language) })),
      [{ label: deskTexts.back, to: at(ID) }],
    ],
  };
}
