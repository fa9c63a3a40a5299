/** What a look must know of its order: a row of the database has it, and an entry of the watcher's book. */
export interface LookedAt {
  readonly id: string;
  readonly upstreamId: string | null;
  readonly state: string;
  readonly round: number;
  readonly expiresAt: Date | null;
  readonly cancelOpensAt: Date | null;
  /** The cancel is for a swap: the app refused the number. */
  readonly swapDue?: boolean;
  /** How many looks for the decision that is due there were. */
  readonly looks?: number;
  /** The digest of the last answer that was applied to the order as it is. */
  readonly seen?: string | undefined;
}
