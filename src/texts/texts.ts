import type { ShopErrorCode } from "../core/errors.ts";
import type { AccountTexts } from "./subjects/account.ts";
import type { CatalogueTexts } from "./subjects/catalogue.ts";
import type { ChatTexts } from "./subjects/chat.ts";
import type { HistoryTexts } from "./subjects/history.ts";
import type { LegalTexts } from "./subjects/legal.ts";
import type { MoneyTexts } from "./subjects/money.ts";
import type { OrdersTexts } from "./subjects/orders.ts";
import type { ProfileTexts } from "./subjects/profile.ts";
import type { PromotionsTexts } from "./subjects/promotions.ts";
import type { ReferralTexts } from "./subjects/referral.ts";
import type { ResellerTexts } from "./subjects/reseller.ts";

/** ISO 639-1, as in Telegram's language_code. */
export type TextLanguage = "ar" | "en" | "es" | "id" | "pt" | "ru";

/** Plain sentences that name the next step; they fit a toast and a payment refusal (200 characters). */
export type ErrorTexts = Readonly<Record<ShopErrorCode, string>>;

/** One language as it is written: a file a subject, see subjects/. */
export interface TextsBySubject {
  readonly language: TextLanguage;
  /** The language's name in itself. */
  readonly name: string;
  readonly profile: ProfileTexts;
  readonly chat: ChatTexts;
  readonly catalogue: CatalogueTexts;
  readonly orders: OrdersTexts;
  readonly money: MoneyTexts;
  readonly account: AccountTexts;
  readonly history: HistoryTexts;
  readonly promotions: PromotionsTexts;
  readonly referral: ReferralTexts;
  readonly reseller: ResellerTexts;
  readonly legal: LegalTexts;
  readonly errors: ErrorTexts;
}

/** Everything that a person reads, in one language, as the cards use it. */
export interface Texts extends ProfileTexts, Pick<MoneyTexts, "invoice"> {
  readonly language: TextLanguage;
  readonly name: string;
  /** Words on buttons: plain text, never HTML. At most 64 characters, 24 where it can be had. */
  readonly labels: ChatTexts["labels"] &
    CatalogueTexts["labels"] &
    OrdersTexts["labels"] &
    MoneyTexts["labels"] &
    AccountTexts["labels"] &
    HistoryTexts["labels"] &
    ReferralTexts["labels"] &
    ResellerTexts["labels"];
  /** Short answers to a tap, shown for a moment. Plain text. */
  readonly toasts: ChatTexts["toasts"] &
    CatalogueTexts["toasts"] &
    OrdersTexts["toasts"] &
    HistoryTexts["toasts"];
  readonly errors: ErrorTexts;
  /** Message texts: HTML. What is put into them is Html already, so that nothing unescaped can get in. */
  readonly messages: ChatTexts["messages"] &
    CatalogueTexts["messages"] &
    OrdersTexts["messages"] &
    MoneyTexts["messages"] &
    AccountTexts["messages"] &
    HistoryTexts["messages"] &
    PromotionsTexts["messages"] &
    ReferralTexts["messages"] &
    ResellerTexts["messages"] &
    LegalTexts;
}

/** A language's subjects put together. A sentence belongs to one subject; its name is used in no other. */
export function composeTexts(subjects: TextsBySubject): Texts {
  const { chat, catalogue, orders, money, account, history, promotions, referral, reseller, legal } =
    subjects;
  return {
    language: subjects.language,
    name: subjects.name,
    ...subjects.profile,
    invoice: money.invoice,
    labels: {
      ...chat.labels,
      ...catalogue.labels,
      ...orders.labels,
      ...money.labels,
      ...account.labels,
      ...history.labels,
      ...referral.labels,
      ...reseller.labels,
    },
    toasts: { ...chat.toasts, ...catalogue.toasts, ...orders.toasts, ...history.toasts },
    errors: subjects.errors,
    messages: {
      ...chat.messages,
      ...catalogue.messages,
      ...orders.messages,
      ...money.messages,
      ...account.messages,
      ...history.messages,
      ...promotions.messages,
      ...referral.messages,
      ...reseller.messages,
      ...legal,
    },
  };
}
