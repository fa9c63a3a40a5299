import type { BroadcastContent } from "../../core/broadcasts.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, linkButton, tap } from "./card.ts";

/** A broadcast as its reader sees it: the operator's text, their button, and the way to get no more of them. */
export function broadcastCard(texts: Texts, html: string, { button }: BroadcastContent): Card {
  const noNews = [tap(texts.labels.noNews, { kind: "noNews" })];
  return { text: html, keyboard: button ? [[linkButton(button.label, button.url)], noNews] : [noNews] };
}
