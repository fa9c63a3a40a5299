/** Why the desk does not do what it was asked for. Each code has a sentence in texts/operator/refusals.ts. */
export const deskRefusalCodes = [
  "no_right",
  "not_found",
  "draft_gone",
  "draft_old",
  "changed",
  "type_to_confirm",
  "insufficient_funds",
  "over_cap",
  "refund_held",
  "already_done",
  "wrong_state",
  "too_many_searches",
  "own_balance",
  "is_staff",
  "price_out_of_range",
  "too_many_rules",
  "already_off",
  "already_on",
  "code_exists",
] as const;
export type DeskRefusalCode = (typeof deskRefusalCodes)[number];

/** Thrown by the desk's services, also inside a transaction, which is then rolled back. `facts` fill the sentence. */
export class DeskRefusal extends Error {
  override readonly name = "DeskRefusal";
  readonly code: DeskRefusalCode;
  readonly facts: Readonly<Record<string, string>>;
  constructor(code: DeskRefusalCode, facts: Readonly<Record<string, string>> = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}
