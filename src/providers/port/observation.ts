/** One SMS as an upstream shows it. At least one of `code` and `text` is set. */
export interface ObservedSms {
  /** As sent, leading zeros kept; null where the upstream gives the text only. */
  readonly code: string | null;
  readonly text: string | null;
}
