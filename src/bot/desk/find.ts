import { shortenId } from "../../core/ids.ts";
import type { DeskServices } from "../../desk/desk.ts";
import type { Hit } from "../../desk/find/find.ts";
import { cardTexts as texts } from "../../texts/operator/cards.ts";
import { lastRow, places } from "./lists.ts";
import { act, at, homePlace, type Place } from "./place.ts";
import { type DeskCard, go, type Outcome, type Screen } from "./screen.ts";

/** Where typed text is looked up; also what follows /admin. */
export const findPlace = act("f", "s");
const icons = { buyer: "👤", order: "🧾", payment: "💳", claim: "📥", reseller: "🔌" } as const;
const screens = { buyer: "b", order: "o", payment: "p", reseller: "rs" } as const;

/** One input for everything. A tap on its button at home asks at once; one hit opens its card. */
export function createFindScreen({ find }: Pick<DeskServices, "find">): Screen {
  return {
    id: "f",
    right: "see",
    entry: { label: texts.find, order: 10, to: act("f", "a") },
    show: async () => emptyCard(),
    actions: {
      a: { right: "see", takes: "tap", run: async () => ask() },
      s: {
        right: "see",
        takes: "text",
        async run({ staff, typed }): Promise<Outcome> {
          const forwarded = typed?.forwardedFrom ?? null;
          const text = forwarded === null ? (typed?.text ?? "") : String(forwarded);
          const { hits, tried } = await find.search(staff, text);
          const [first] = hits;
          if (first === undefined) return { kind: "again", why: texts.notFound(tried) };
          if (hits.length === 1) return go(placeOf(first));
          return { kind: "card", card: hitsCard(hits) };
        },
      },
    },
  };
}

function ask(): Outcome {
  return { kind: "ask", prompt: texts.findPrompt, to: findPlace, back: homePlace };
}

function emptyCard(): DeskCard {
  return { html: texts.findPrompt, rows: [[{ label: texts.find, to: act("f", "a") }], ...lastRow()] };
}

function placeOf({ kind, id }: Hit): Place {
  return kind === "claim" ? at("q", "receipt", shortenId(id)) : at(screens[kind], shortenId(id));
}

function hitsCard(hits: readonly Hit[]): DeskCard {
  const rows = hits.map((hit) => [
    {
      label: `${icons[hit.kind]} ${hit.label} · ${hit.at.toISOString().slice(5, 16).replace("T", " ")}`,
      to: placeOf(hit),
    },
  ]);
  const again = { label: texts.findAgain, to: act(places.find.screen, "a") };
  return { html: texts.found(hits.length), rows: [...rows, [again], ...lastRow()] };
}
