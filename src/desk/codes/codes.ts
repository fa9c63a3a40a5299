import type { Clock } from "../../core/clock.ts";
import { type CsvCell, csvLine, csvStart } from "../../core/csv.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { plainUsd } from "../../core/money.ts";
import { newVoucherCode, normalizeCode } from "../../core/promo-code.ts";
import { actorOf, type Staff } from "../../core/staff.ts";
import type { Database, Tx } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import {
  countCodes,
  findPromotion,
  insertCodes,
  lockPromotion,
  type Promotion,
  type PromotionUse,
  selectPromotions,
  selectPromotionUse,
  updatePromotion,
} from "../../db/queries/promotions.ts";
import { inTransaction } from "../../db/transaction.ts";
import { codeHasher } from "../../promotions/code-hash.ts";
import { type Naming, nameScope } from "../scope-names.ts";
import type { StaffBook } from "../staff/staff.ts";
import { stateOf } from "./code-change-kinds.ts";

export type CodeState = ReturnType<typeof stateOf>;

export interface CodeCard extends Promotion {
  readonly state: CodeState;
  readonly use: PromotionUse;
  /** What a discount is for. Plain text. */
  readonly scopeName: string;
}

export interface VoucherFile {
  readonly name: string;
  readonly rows: number;
  readonly read: () => AsyncIterable<Uint8Array>;
}

/** Vouchers and promo codes, for the desk. */
export interface Codes {
  /** Newest first. */
  list(page: {
    limit: number;
    offset: number;
  }): Promise<readonly (Promotion & { readonly state: CodeState })[]>;
  card(id: string): Promise<CodeCard | undefined>;
  /**
   * Makes the codes of a batch, which are shown in this file and nowhere again. Throws DeskRefusal "already_done" the second
   * time: the codes are stored as hashes only.
   */
  makeFile(input: { staff: Staff; id: string; updateId: number; botName: string }): Promise<VoucherFile>;
}

export interface CodesDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly staff: StaffBook;
  readonly catalog: Naming;
}

export function createCodes(deps: CodesDeps): Codes {
  const { db, clock, catalog } = deps;
  return {
    async list(page) {
      const at = clock.now();
      return (await selectPromotions(db, page)).map((each) => ({ ...each, state: stateOf(each, at) }));
    },
    async card(id) {
      const promotion = await findPromotion(db, id);
      if (!promotion) return undefined;
      const { serviceId, countryId } = promotion;
      const scopeName = await nameScope(catalog, { serviceId, countryId, provider: null });
      return {
        ...promotion,
        scopeName,
        state: stateOf(promotion, clock.now()),
        use: await selectPromotionUse(db, id),
      };
    },
    async makeFile({ staff, id, updateId, botName }) {
      const made = await inTransaction(db, async (tx) => {
        await deps.staff.require(tx, staff.telegramId, "codes");
        return await makeCodes(tx, { id, actor: actorOf(staff.telegramId), updateId, at: clock.now() });
      });
      const { codes, promotion } = made;
      const bytes = new TextEncoder().encode(fileOf(codes, promotion, botName));
      const read = async function* () {
        yield bytes;
      };
      return { name: "vouchers.csv", rows: codes.length, read };
    },
  };
}

async function makeCodes(
  tx: Tx,
  { id, actor, updateId, at }: { id: string; actor: string; updateId: number; at: Date },
): Promise<{ codes: readonly string[]; promotion: Promotion }> {
  const promotion = await lockPromotion(tx, id);
  if (!promotion || promotion.batchSize === null) throw new DeskRefusal("not_found");
  if (promotion.fileMadeAt !== null) throw new DeskRefusal("already_done");
  const state = stateOf(promotion, at);
  if (state !== "running") throw new DeskRefusal("wrong_state", { state });
  // Codes of an earlier file that somebody has used are part of the batch.
  const count = promotion.batchSize - (await countCodes(tx, id));
  const codes = Array.from({ length: count }, newVoucherCode);
  const hash = await codeHasher(tx, at);
  const hashes = codes.map((code) => hash(normalizeCode(code) ?? code));
  if (count > 0) await insertCodes(tx, { promotionId: id, hashes, maxUses: promotion.uses });
  await updatePromotion(tx, id, { fileMadeAt: at });
  await writeAudit(tx, {
    actor,
    action: "voucher file made",
    subjectKind: "code",
    subject: id,
    after: { rows: count },
    updateId,
    at,
  });
  return { codes, promotion };
}

function fileOf(codes: readonly string[], promotion: Promotion, botName: string): string {
  const { amountMicros, uses, expiresAt } = promotion;
  const head = ["code", "amount_usd", "uses", "valid_until", "link"].map((text): CsvCell => ({ text }));
  const rows = codes.map((code): CsvCell[] => [
    { text: code },
    { number: plainUsd(amountMicros ?? 0n) },
    { number: String(uses) },
    { text: expiresAt?.toISOString() ?? "" },
    { text: `https://t.me/${botName}?start=p_${code}` },
  ]);
  return csvStart + [head, ...rows].map(csvLine).join("");
}
