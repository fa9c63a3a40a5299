/** What operators are told of straight through Telegram, because the shop's own way of telling may be what is broken. */
export const troubleKinds = [
  "disk_full",
  "database_unwritable",
  "loop_stuck",
  "updates_given_up",
  "messages_dropped",
  "messages_late",
  "chargebacks",
  "payments_unassigned",
  "backup_old",
  "clock_wrong",
] as const;
export type TroubleKind = (typeof troubleKinds)[number];

export interface Trouble {
  readonly kind: TroubleKind;
  /** What it is about, when there can be several of a kind: a loop's name, a folder's purpose. */
  readonly subject: string;
  /** What the sentence names: counts, sizes, times. No secret, no person. */
  readonly facts: Readonly<Record<string, string>>;
}
