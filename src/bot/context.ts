import type { ConversationFlavor } from "@grammyjs/conversations";
import type { MenuFlavor } from "@grammyjs/menu";
import type { Context } from "grammy";
import type { Buyer } from "../buyers/buyers.ts";
import type { Texts } from "../texts/texts.ts";
import type { Action } from "./callback-data.ts";
import type { TopupState } from "./topup-state.ts";

interface ShopFlavor {
  /** Set by middleware/buyer.ts before any feature runs. */
  buyer: Buyer;
  texts: Texts;
  /** What the pressed button says; undefined: nothing that we would have written. */
  action: Action | undefined;
  /** Answers the tap once; later calls do nothing. The middleware answers whatever a feature left unanswered. */
  answerTap: (text?: string) => Promise<void>;
  /** What the top-up menu is about; undefined: read it from the pressed button. */
  topup: TopupState | undefined;
}

/** The context of every update that features see: a private chat with a known buyer. */
export type ShopContext = ConversationFlavor<Context & ShopFlavor & Partial<MenuFlavor>>;
