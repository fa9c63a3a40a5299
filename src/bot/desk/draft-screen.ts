import { DeskRefusal } from "../../core/desk-refusal.ts";
import { expandId, shortenId } from "../../core/ids.ts";
import type { Staff } from "../../core/staff.ts";
import type { Fact, Preview } from "../../desk/drafts/draft-kind.ts";
import type { Drafts, DraftView } from "../../desk/drafts/drafts.ts";
import { bold, escapeHtml } from "../../texts/html.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { refusalText } from "../../texts/operator/refusals.ts";
import { act, at, decodePlace, encodePlace, homePlace, type Place } from "./place.ts";
import { type Deed, type DeskButton, type DeskCard, go, type Outcome, type Screen } from "./screen.ts";

const ID = "d";
const MAX_REASON = 200;
const texts = deskTexts.draft;

/** Begins a change and leads to its screen; `back` is where it ends. Throws DeskRefusal "no_right". */
export async function beginDraft(
  drafts: Drafts,
  input: { staff: Staff; kind: string; content: unknown; back: Place; reason?: string },
): Promise<Outcome> {
  const id = await drafts.begin({ ...input, back: encodePlace(input.back) });
  return go(at(ID, shortenId(id)));
}

/** Reason → before and after → confirm, the same for every change. The kind's right is checked by the drafts themselves. */
export function createDraftScreen(drafts: Drafts): Screen {
  const show = async (staff: Staff, short: string | undefined): Promise<DeskCard> =>
    cardOf(await drafts.view(staff, idOf(short)));
  const confirm = async (deed: Deed): Promise<Outcome> => {
    const [short, seal = ""] = deed.args;
    const { staff, updateId, typed } = deed;
    const input = { staff, draftId: idOf(short), seal, typed: typed?.text ?? null, updateId };
    const { note, back, isRepeated } = await drafts.confirm(input);
    return go(placeOf(back), isRepeated ? texts.repeated(note) : `✅ ${escapeHtml(note)}`);
  };
  return {
    id: ID,
    right: "see",
    show: ({ staff, args }) => show(staff, args[0]),
    actions: {
      /** Picks a reason of the list. */
      r: {
        right: "see",
        takes: "tap",
        async run({ staff, args: [short = "", index] }) {
          await drafts.pickReason(staff, idOf(short), Number(index));
          return go(at(ID, short));
        },
      },
      /** Asks for a reason of one's own. */
      o: {
        right: "see",
        takes: "tap",
        run: async ({ args: [short = ""] }) => ({
          kind: "ask",
          prompt: texts.reasonPrompt,
          to: act(ID, "t", short),
          back: at(ID, short),
        }),
      },
      t: {
        right: "see",
        takes: "text",
        async run({ staff, args: [short = ""], typed }) {
          const text = typed?.text.trim() ?? "";
          if (text === "" || text.length > MAX_REASON) return { kind: "again", why: texts.reasonEmpty };
          await drafts.giveReason(staff, idOf(short), text);
          return go(at(ID, short));
        },
      },
      y: { right: "see", takes: "tap", run: confirm },
      /** Asks for what has to be typed to confirm. */
      q: {
        right: "see",
        takes: "tap",
        async run({ staff, args: [short = "", seal = ""] }) {
          const view = await drafts.view(staff, idOf(short));
          const typed = view.state === "ready" ? view.preview.typeToConfirm : undefined;
          if (typed === undefined) return go(at(ID, short));
          return {
            kind: "ask",
            prompt: texts.typePrompt(typed),
            to: act(ID, "z", short, seal),
            back: at(ID, short),
          };
        },
      },
      z: { right: "see", takes: "text", run: confirm },
    },
  };
}

function idOf(short: string | undefined): string {
  const id = expandId(short ?? "");
  if (id === undefined) throw new DeskRefusal("draft_gone");
  return id;
}

function placeOf(back: string): Place {
  return decodePlace(back) ?? homePlace;
}

function cardOf(view: DraftView): DeskCard {
  const short = shortenId(view.id);
  const cancel: DeskButton = { label: texts.cancel, to: placeOf(view.back) };
  const title = bold(escapeHtml(view.title));
  const reason = view.reason === null ? [] : [texts.reason(view.reason)];
  if (view.state === "used" || view.state === "refused") {
    const back = { label: deskTexts.back, to: placeOf(view.back) };
    const what =
      view.state === "used"
        ? texts.repeated(view.outcome)
        : refusalText(view.refusal.code, view.refusal.facts);
    return { html: [title, ...reason, what].join("\n"), rows: [[back]] };
  }
  if (view.state === "reason") {
    const picks = view.reasons.map((label, index) => [{ label, to: act(ID, "r", short, index) }]);
    const other = { label: texts.reasonOther, to: act(ID, "o", short) };
    return { html: [title, texts.reasonAsk].join("\n"), rows: [...picks, [other], [cancel]] };
  }
  const { preview, seal } = view;
  const isTyped = preview.typeToConfirm !== undefined;
  const confirm: DeskButton = {
    label: isTyped ? texts.confirmTyped : texts.confirm,
    to: act(ID, isTyped ? "q" : "y", short, seal),
  };
  return { html: [title, ...factsOf(preview), ...reason].join("\n"), rows: [[confirm], [cancel]] };
}

function factsOf({ facts, warnings = [] }: Preview): string[] {
  return [...facts.map(line), ...warnings.map((warning) => `⚠️ ${escapeHtml(warning)}`)];
}

function line({ label, before, after }: Fact): string {
  const change = before === undefined ? after : `${before} → ${after}`;
  return `${escapeHtml(label)}: ${escapeHtml(change)}`;
}
