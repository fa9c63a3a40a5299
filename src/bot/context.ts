import type { ConversationFlavor } from "@grammyjs/conversations";
import type { MenuFlavor } from "@grammyjs/menu";
import type { Context } from "grammy";
import type { Buyer } from "../buyers/buyers.ts";
import type { Texts } from "../texts/texts.ts";
import type { Action } from "./callback-data.ts";
import type { Card, Unfinished } from "./cards/card.ts";
import type { TopupState } from "./topup-state.ts";

/** What is bought: a service in a country. */
export interface Product {
  readonly serviceId: string;
  readonly countryId: string;
}

/** The screens that more than one feature leads to. Made once, by screens.ts. */
export interface Screens {
  /** Any card, as the chat's navigation card (see navigation.ts). */
  show(ctx: ShopContext, card: Card): Promise<void>;
  /** As `show`, for a card that may be completed in the same message while the person stays on it (see in-place.ts). */
  showLive(ctx: ShopContext, render: () => Promise<Unfinished>): Promise<void>;
  home(ctx: ShopContext): Promise<void>;
  /** The home screen with a welcome above it. */
  welcome(ctx: ShopContext): Promise<void>;
  /** The confirm card with a fresh quote. `note` says why the buyer sees it again. */
  confirm(ctx: ShopContext, product: Product, note?: string): Promise<void>;
  /** The order's card, sent anew; the message that showed it before is removed. */
  order(ctx: ShopContext, orderId: string): Promise<void>;
  /** The top-up menu; without a state, for no purchase in particular. */
  topup(ctx: ShopContext, state?: TopupState): Promise<void>;
  settings(ctx: ShopContext): Promise<void>;
  /** One of the two questions before a person's data is deleted. */
  askForget(ctx: ShopContext, step: "ask" | "sure"): Promise<void>;
  /** Tells that the pressed button is out of date and shows the home screen. */
  stale(ctx: ShopContext): Promise<void>;
}

interface ShopFlavor {
  /** Set by middleware/buyer.ts before any feature runs. */
  buyer: Buyer;
  texts: Texts;
  /** What was stored about the question that this person has not answered yet; undefined: nothing. Read with the buyer. */
  storedConversation: unknown;
  /** What was stored about the list that this person looks at (shown-lists.ts); undefined: nothing. Read with the buyer. */
  storedChoice: unknown;
  /** How the menus of the menu plugin find the screens: a screen shows a menu, so it cannot be given to that menu. */
  screens: Screens;
  /** What the pressed button says; undefined: not one of our buttons. */
  action: Action | undefined;
  /** The tap's spinner was ended when the tap was stored, so its answer can tell nothing any more. */
  isAnsweredEarly: boolean;
  /** Answers the tap once; later calls do nothing. The middleware answers whatever a feature left unanswered. */
  answerTap: (text?: string) => Promise<void>;
  /** What the top-up menu is about; undefined: read it from the pressed button. */
  topup: TopupState | undefined;
}

/** The context of every update that features see: a private chat with a known buyer. */
export type ShopContext = ConversationFlavor<Context & ShopFlavor & Partial<MenuFlavor>>;
