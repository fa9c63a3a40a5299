import { addMs, type Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { actorOf, hasRight, type Right, type Staff } from "../../core/staff.ts";
import type { Database, Tx } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { findBuyer } from "../../db/queries/buyers.ts";
import * as queries from "../../db/queries/desk-queue.ts";
import { selectDispute } from "../../db/queries/operations.ts";
import { inTransaction } from "../../db/transaction.ts";
import { createClaimsAndDisputes, type ManualClaimView } from "../../operations/claims-and-disputes.ts";
import type { TopupJobs } from "../../topups/create-topups.ts";
import type { StaffBook } from "../staff/staff.ts";

export type { QueueItem, QueueKind } from "../../db/queries/desk-queue.ts";

export interface QueueDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly staff: StaffBook;
  readonly topups: Pick<TopupJobs, "decideManual">;
}

export interface Question {
  readonly id: string;
  readonly buyerId: string;
  readonly buyerTelegramId: number | null;
  readonly text: string;
  readonly createdAt: Date;
}

type Decided = "approved" | "rejected" | "already" | "own" | "not_found";

/** What waits for people at the desk. Each sees what they may decide about. */
export interface Queue {
  page(staff: Staff, page: { limit: number; offset: number }): Promise<readonly queries.QueueItem[]>;
  count(staff: Staff): Promise<number>;
  receipt(claimId: string): Promise<ManualClaimView | undefined>;
  question(id: string): Promise<Question | undefined>;
  finding(id: string): Promise<queries.FindingFacts | undefined>;
  /** Who is on it; null: nobody. */
  takenBy(kind: queries.QueueKind, id: string): Promise<number | null>;
  /** Says for ten minutes that this person is on it. Who is on it now: perhaps somebody else was first. */
  take(staff: Staff, kind: queries.QueueKind, id: string): Promise<number>;
  /** Once, whoever is first; audited with the credit. A refusal has a reason for the buyer: it is a draft (kinds.ts). */
  approve(staff: Staff, claim: { claimId: string; updateId: number }): Promise<Decided>;
  closeQuestion(staff: Staff, id: string, updateId: number): Promise<void>;
}

const LEASE_MS = 10 * 60_000;
/** Who may deal with what waits. */
export const rightOf: Readonly<Record<queries.QueueKind, Right>> = {
  receipt: "receipts",
  question: "orders",
  doubt: "orders",
  finding: "see",
};

export function createQueue(deps: QueueDeps): Queue {
  const { db, clock } = deps;
  const { claims } = createClaimsAndDisputes(db);
  return {
    page: (staff, page) => queries.selectQueue(db, kindsFor(staff), { ...page, at: clock.now() }),
    count: (staff) => queries.countQueue(db, kindsFor(staff)),
    receipt: (claimId) => claims.load(claimId),
    async question(id) {
      const question = await selectDispute(db, id);
      const buyer = question && (await findBuyer(db, question.buyerId));
      return question && { ...question, buyerTelegramId: buyer?.telegramId ?? null };
    },
    finding: (id) => queries.selectFinding(db, id),
    takenBy: (kind, id) => queries.selectLease(db, `${kind}:${id}`, clock.now()),
    async take(staff, kind, id) {
      if (!hasRight(staff.role, rightOf[kind])) throw new DeskRefusal("no_right");
      const at = clock.now();
      const lease = { subject: `${kind}:${id}`, staffId: staff.telegramId, at, until: addMs(at, LEASE_MS) };
      return await queries.takeLease(db, lease);
    },
    async approve({ telegramId }, claim) {
      const authorise = (tx: Tx): Promise<Staff> => deps.staff.require(tx, telegramId, "receipts");
      const decision = { ...claim, approve: true, operatorTelegramId: telegramId, reason: null };
      return (await deps.topups.decideManual({ ...decision, authorise })).kind;
    },
    async closeQuestion({ telegramId }, id, updateId) {
      await inTransaction(db, async (tx) => {
        await deps.staff.require(tx, telegramId, "orders");
        const at = clock.now();
        const actor = actorOf(telegramId);
        const question = await selectDispute(tx, id);
        if (!question || !(await queries.closeDispute(tx, id, actor, at)))
          throw new DeskRefusal("already_done");
        const about = { subjectKind: "question" as const, subject: id, buyerId: question.buyerId };
        await writeAudit(tx, { actor, action: "question closed", ...about, updateId, at });
      });
    },
  };
}

function kindsFor({ role }: Staff): readonly queries.QueueKind[] {
  const kinds: readonly queries.QueueKind[] = ["receipt", "question", "doubt", "finding"];
  return kinds.filter((kind) => hasRight(role, rightOf[kind]));
}
