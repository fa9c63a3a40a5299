import { z } from "zod";
import type { Right, Staff } from "../../core/staff.ts";
import type { Executor, Tx } from "../../db/client.ts";

/** One line of "before → after". Plain text; the screen escapes it. */
export interface Fact {
  readonly label: string;
  readonly before?: string;
  readonly after: string;
}

/** What confirming would do, as things stand now. */
export interface Preview {
  readonly facts: readonly Fact[];
  readonly warnings?: readonly string[];
  /** What must not have changed when it is confirmed; left out: all that is shown. For figures that move by themselves. */
  readonly basis?: string;
  /** Has to be typed to confirm, for what a slip of the thumb must not do: an amount, a count. */
  readonly typeToConfirm?: string;
}

export interface Applying<C> {
  /** The idempotency key of whatever is done. */
  readonly draftId: string;
  readonly staff: Staff;
  readonly content: C;
  /** Empty: this kind asks for none. */
  readonly reason: string;
  readonly updateId: number;
  readonly at: Date;
}

export interface Applied {
  /** Told to who confirmed it, and again when they confirm it twice. Plain text. */
  readonly note: string;
  /** What needs the network, after the commit. Must be safe to leave out: a crash may. Its text replaces the note. */
  readonly afterCommit?: () => Promise<string>;
}

/** A kind of change: how it is shown before it is done, and how it is done. */
export interface DraftKind<C> {
  readonly name: string;
  readonly title: string;
  readonly right: Right;
  /** Amounts are decimal strings in JSON: see `microsText`. */
  readonly content: z.ZodType<C>;
  /** Reasons to choose from; others can be typed. Empty: no reason is asked for. */
  readonly reasons: readonly string[];
  /** Throws DeskRefusal where it cannot be done. */
  preview(db: Executor, draft: { staff: Staff; content: C }): Promise<Preview>;
  /** In the transaction that uses the draft up; the right was checked in it. Throws DeskRefusal or ShopError: nothing is done. */
  apply(tx: Tx, applying: Applying<C>): Promise<Applied>;
}

/** A draft kind whose content is still to be parsed. */
export type AnyDraftKind = Omit<DraftKind<unknown>, "content"> & { accepts(content: unknown): boolean };

/** For the list of kinds: whatever comes out of the database is parsed before the kind sees it. */
export function draftKind<C>(kind: DraftKind<C>): AnyDraftKind {
  const { content: schema, ...rest } = kind;
  return {
    ...rest,
    accepts: (content) => schema.safeParse(content).success,
    preview: (db, { staff, content }) => kind.preview(db, { staff, content: schema.parse(content) }),
    apply: (tx, applying) => kind.apply(tx, { ...applying, content: schema.parse(applying.content) }),
  };
}

/** Micro-dollars in JSON. */
export const microsText = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt);
