import type { Clock } from "../../core/clock.ts";
import { csvLine, csvStart } from "../../core/csv.ts";
import { actorOf } from "../../core/staff.ts";
import type { Database } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { type AuditFilter, type AuditLine, selectAudit } from "../../db/queries/desk-audit.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { StaffBook } from "../staff/staff.ts";

export type { AuditFilter, AuditLine } from "../../db/queries/desk-audit.ts";

/** What was changed, by whom, and why. */
export interface Audit {
  /** Newest first. */
  page(filter: AuditFilter | null, page: { limit: number; offset: number }): Promise<readonly AuditLine[]>;
  one(id: string): Promise<AuditLine | undefined>;
  /** The newest 100,000 entries as CSV, read piece by piece. That somebody had it made is an entry itself. */
  file(input: { telegramId: number; updateId: number }): Promise<() => AsyncIterable<Uint8Array>>;
}

const ROWS_A_READ = 500;
const MAX_ROWS = 100_000;
const columns = "at actor action subject_kind subject before after reason update_id".split(" ");

export function createAudit({ db, clock, staff }: { db: Database; clock: Clock; staff: StaffBook }): Audit {
  return {
    page: (filter, page) => selectAudit(db, filter, page),
    one: async (id) => (await selectAudit(db, { by: "id", like: id }, { limit: 1 }))[0],
    async file({ telegramId, updateId }) {
      await inTransaction(db, async (tx) => {
        await staff.require(tx, telegramId, "auditFile");
        const entry = { actor: actorOf(telegramId), action: "file made", subject: "audit.csv" };
        await writeAudit(tx, { ...entry, subjectKind: "file", updateId, at: clock.now() });
      });
      return () => bytes(db);
    },
  };
}

async function* bytes(db: Database): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${csvStart}${csvLine(columns.map((text) => ({ text })))}`);
  let before: AuditLine | undefined;
  for (let count = 0; count < MAX_ROWS; count += ROWS_A_READ) {
    const rows = await selectAudit(db, null, { limit: ROWS_A_READ, before });
    if (rows.length > 0) yield encoder.encode(rows.map(line).join(""));
    before = rows.at(-1);
    if (rows.length < ROWS_A_READ) return;
  }
}

function line(row: AuditLine): string {
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  const { at, actor, action, subjectKind, subject, reason } = row;
  const texts = [
    at.toISOString(),
    actor,
    action,
    subjectKind,
    subject,
    json(row.before),
    json(row.after),
    reason,
  ];
  return csvLine([...texts.map((text) => ({ text })), { text: row.updateId?.toString() ?? null }]);
}
