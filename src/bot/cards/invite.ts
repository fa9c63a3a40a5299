import { code, type Html } from "../../texts/html.ts";
import { ltrIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, copyButton, lines, linkButton, tap } from "./card.ts";

export interface InviteView {
  readonly link: string;
  readonly share: string;
  readonly orders: number;
  readonly perFriend: Html;
  readonly perMonth: Html;
  readonly friends: number;
  readonly earned: Html;
}

/** What a friend's orders bring, and the link that they have to come by. */
export function inviteCard(texts: Texts, view: InviteView): Card {
  const { language, labels, messages } = texts;
  const shareUrl = `https://t.me/share/url?url=${encodeURIComponent(view.link)}`;
  return {
    text: lines(messages.invite(view), ltrIn(language, code(view.link)), messages.inviteTotals(view)),
    keyboard: [
      [linkButton(labels.shareLink, shareUrl), copyButton(labels.copyLink, view.link)],
      [tap(labels.balance, { kind: "balance", page: 0 }), tap(labels.home, { kind: "home" })],
    ],
  };
}
