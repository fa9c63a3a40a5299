import type { DeskRefusalCode } from "../../core/desk-refusal.ts";
import { escapeHtml } from "../html.ts";

type Facts = Readonly<Record<string, string>>;

const sentences: Readonly<Record<DeskRefusalCode, (facts: Facts) => string>> = {
  no_right: () => "Your role does not allow this.",
  not_found: () => "There is no such thing any more.",
  draft_gone: () => "This change is not yours, or it is gone. Begin again.",
  draft_old: () => "This change was begun more than 15 minutes ago. Begin again.",
  changed: () => "Something has changed meanwhile. Look at it again before you confirm.",
  type_to_confirm: ({ text = "" }) => `That was not “${escapeHtml(text)}”. Nothing was done.`,
  insufficient_funds: ({ available = "?" }) =>
    `The buyer has only ${escapeHtml(available)} available. Held money cannot be taken.`,
  over_cap: ({ cap = "?", used = "?" }) =>
    `This is over your limit of ${escapeHtml(cap)} a day, of which ${escapeHtml(used)} is used.`,
  refund_held: () =>
    "Part of this money is held for an open order. Nothing was refunded: try again when the order has ended.",
  already_done: () => "This was done before.",
  wrong_state: ({ state = "?" }) => `Not possible as it stands: ${escapeHtml(state)}.`,
  too_many_searches: () => "That were 30 searches in a minute. Wait a moment.",
  own_balance: () => "Nobody changes their own balance. Ask another owner.",
  price_out_of_range: () => "A markup is from 0 to 10,000 %, and the least profit is not below zero.",
  too_many_rules: () => "There are 500 rules already. Remove some first.",
  already_off: () => "This is off already.",
  code_exists: () => "There is, or was, a promo code of this name. Choose another.",
  already_on: () => "This is on already.",
  is_staff: () => "This person works at the desk. Remove them from the staff first.",
};

/** Why the desk did not do something, as HTML. */
export function refusalText(code: DeskRefusalCode, facts: Facts): string {
  return sentences[code](facts);
}
