import { createHash, randomBytes } from "node:crypto";
import { addMs, type Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import {
  type AppointableRole,
  actorOf,
  hasRight,
  mayGrant,
  type Right,
  type Staff,
} from "../../core/staff.ts";
import type { Database, Executor, Tx } from "../../db/client.ts";
import { countAudited, writeAudit } from "../../db/queries/audit.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import * as queries from "../../db/queries/staff.ts";
import { inTransaction } from "../../db/transaction.ts";

export interface StaffDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** ADMIN_IDS: always owners, whatever the database says. */
  readonly ownerIds: readonly number[];
  readonly onMessages: () => void;
}

export interface Colleague extends queries.StaffRow {
  /** What they changed in the last seven days. */
  readonly actionsThisWeek: number;
}

/** The people at the desk. Nothing is remembered between two questions: a role that is taken away counts at once. */
export interface StaffBook {
  readonly ownerIds: readonly number[];
  /** Who this is just now; undefined: nobody for whom there is a desk. */
  find(telegramId: number): Promise<Staff | undefined>;
  /**
   * Who this is, in the transaction that changes something: the role stays until it ends. Throws DeskRefusal "no_right".
   */
  require(tx: Tx, telegramId: number, right: Right): Promise<Staff>;
  list(): Promise<readonly Colleague[]>;
  /** The token of a link by which one person becomes a colleague within ten minutes. It is told once. */
  makeLink(input: { staff: Staff; role: AppointableRole; updateId: number }): Promise<string>;
  /** Takes a link's role. Undefined: the link is none, used, too old, or its maker may not give this role any more. */
  accept(input: {
    telegramId: number;
    token: string;
    updateId: number;
  }): Promise<AppointableRole | undefined>;
  changeRole(input: {
    staff: Staff;
    telegramId: number;
    role: AppointableRole | null;
    updateId: number;
  }): Promise<void>;
  /** Somebody asked for what their role does not allow. After five times in an hour the owners are told. */
  noteRefusal(input: { staff: Staff; right: Right; place: string; updateId: number }): Promise<void>;
}

const LINK_MS = 10 * 60_000;
const WEEK_MS = 7 * 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const TOLD_AFTER = 5;
const REFUSED = "lacked the right";

export function createStaffBook(deps: StaffDeps): StaffBook {
  const { db, clock, ownerIds } = deps;
  const requireRight = async (tx: Tx, telegramId: number, right: Right): Promise<Staff> => {
    const role = ownerIds.includes(telegramId) ? "owner" : await queries.holdRole(tx, telegramId);
    if (role === undefined || !hasRight(role, right)) throw new DeskRefusal("no_right");
    return { telegramId, role };
  };
  return {
    ownerIds,
    async find(telegramId) {
      if (ownerIds.includes(telegramId)) return { telegramId, role: "owner" };
      const role = await queries.selectRole(db, telegramId);
      if (role === undefined) return undefined;
      await queries.markSeen(db, telegramId, clock.now());
      return { telegramId, role };
    },
    require: requireRight,
    async list() {
      const since = addMs(clock.now(), -WEEK_MS);
      const rows = await queries.selectStaff(db);
      return await Promise.all(
        rows.map(async (row) => ({ ...row, actionsThisWeek: await countActions(db, row.telegramId, since) })),
      );
    },
    async makeLink({ staff, role, updateId }) {
      const token = randomBytes(16).toString("base64url");
      await inTransaction(db, async (tx) => {
        const maker = await requireRight(tx, staff.telegramId, "staff");
        if (!mayGrant(maker.role, role)) throw new DeskRefusal("no_right");
        const at = clock.now();
        const link = { tokenHash: hashOf(token), role, madeBy: staff.telegramId, at };
        await queries.insertStaffLink(tx, { ...link, expiresAt: addMs(at, LINK_MS) });
        await writeAudit(tx, {
          actor: actorOf(staff.telegramId),
          action: "staff link made",
          subjectKind: "staff",
          subject: role,
          updateId,
          at,
        });
      });
      return token;
    },
    accept: (input) => acceptLink(deps, input, requireRight),
    changeRole: (input) => changeRole(deps, input, requireRight),
    noteRefusal: (input) => noteRefusal(deps, input),
  };
}

type Require = StaffBook["require"];

async function acceptLink(
  deps: StaffDeps,
  { telegramId, token, updateId }: { telegramId: number; token: string; updateId: number },
  require: Require,
): Promise<AppointableRole | undefined> {
  if (deps.ownerIds.includes(telegramId)) return undefined;
  const role = await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    const link = await queries.useStaffLink(tx, { tokenHash: hashOf(token), usedBy: telegramId, at });
    if (!link) return undefined;
    const maker = await require(tx, link.madeBy, "staff").catch(nothingIfRefused);
    if (maker === undefined || !mayGrant(maker.role, link.role)) return undefined;
    const before = (await queries.selectRole(tx, telegramId)) ?? null;
    await queries.upsertStaff(tx, { telegramId, role: link.role, addedBy: link.madeBy, at });
    await writeAudit(tx, {
      actor: actorOf(telegramId),
      action: "staff link accepted",
      subjectKind: "staff",
      subject: String(telegramId),
      before: { role: before },
      after: { role: link.role, madeBy: link.madeBy },
      updateId,
      at,
    });
    const params = { telegramId: String(telegramId), role: link.role };
    await tellOwners(deps, tx, { notice: "staff_joined", params, subject: `staff:${hashOf(token)}`, at });
    return link.role;
  });
  deps.onMessages();
  return role;
}

async function changeRole(
  deps: StaffDeps,
  input: { staff: Staff; telegramId: number; role: AppointableRole | null; updateId: number },
  require: Require,
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { telegramId, role, updateId } = input;
    const maker = await require(tx, input.staff.telegramId, "staff");
    if (role !== null && !mayGrant(maker.role, role)) throw new DeskRefusal("no_right");
    const at = deps.clock.now();
    const before = await queries.selectRole(tx, telegramId);
    if (before === undefined) throw new DeskRefusal("not_found");
    if (before === role) return;
    if (role === null) await queries.removeStaff(tx, telegramId, at);
    else await queries.upsertStaff(tx, { telegramId, role, addedBy: maker.telegramId, at });
    await writeAudit(tx, {
      actor: actorOf(maker.telegramId),
      action: role === null ? "staff removed" : "staff role changed",
      subjectKind: "staff",
      subject: String(telegramId),
      before: { role: before },
      after: { role },
      updateId,
      at,
    });
  });
}

async function noteRefusal(
  deps: StaffDeps,
  { staff, right, place, updateId }: { staff: Staff; right: Right; place: string; updateId: number },
): Promise<void> {
  const actor = actorOf(staff.telegramId);
  await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    const earlier = await countAudited(tx, { actor, action: REFUSED, since: addMs(at, -HOUR_MS) });
    // Bounded: whoever keeps tapping fills no table.
    if (earlier >= TOLD_AFTER) return;
    const entry = {
      actor,
      action: REFUSED,
      subjectKind: "staff" as const,
      subject: String(staff.telegramId),
    };
    await writeAudit(tx, { ...entry, after: { right, place }, updateId, at });
    if (earlier + 1 < TOLD_AFTER) return;
    const params = { telegramId: String(staff.telegramId), role: staff.role };
    const subject = `staff_refused:${staff.telegramId}:${updateId}`;
    await tellOwners(deps, tx, { notice: "staff_refused", params, subject, at });
  });
  deps.onMessages();
}

async function tellOwners(
  deps: StaffDeps,
  tx: Tx,
  told: { notice: string; params: Record<string, string>; subject: string; at: Date },
): Promise<void> {
  const { notice, params, subject, at } = told;
  const message = { kind: "operator_notice" as const, notice, params };
  await enqueueToAll(tx, deps.ownerIds, { message, subject, at });
}

function countActions(db: Executor, telegramId: number, since: Date): Promise<number> {
  return countAudited(db, { actor: actorOf(telegramId), action: null, since });
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function nothingIfRefused(error: unknown): undefined {
  if (error instanceof DeskRefusal) return undefined;
  throw error;
}
