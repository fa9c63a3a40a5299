import type { Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { formatUsd, plainUsd } from "../../core/money.ts";
import { actorOf } from "../../core/staff.ts";
import type { Tx } from "../../db/client.ts";
import { type AuditFacts, writeAudit } from "../../db/queries/audit.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import {
  hasPromotionNamed,
  insertCodes,
  insertPromotion,
  type PromotionTerms,
} from "../../db/queries/promotions.ts";
import { type ChangeDeps, checkCap } from "../../operations/changes.ts";
import { codeHasher } from "../../promotions/code-hash.ts";
import {
  type AnyDraftKind,
  type Applying,
  draftKind,
  type Fact,
  type Preview,
} from "../drafts/draft-kind.ts";
import { type Naming, nameScope } from "../scope-names.ts";
import { codeChangeKinds } from "./code-change-kinds.ts";
import {
  mostMicros,
  promoCodeSchema,
  promoCodeTerms,
  titleOfTerms,
  vouchersSchema,
  voucherTerms,
} from "./code-terms.ts";

export interface CodeKindDeps extends ChangeDeps {
  readonly clock: Clock;
  readonly catalog: Naming;
}

const right = "codes";

/** Vouchers and promo codes: made, and what is done with them later. */
export function codeKinds(deps: CodeKindDeps): readonly AnyDraftKind[] {
  return [vouchersKind(deps), promoCodeKind(deps), ...codeChangeKinds(deps)];
}

function vouchersKind(deps: CodeKindDeps): AnyDraftKind {
  return draftKind({
    name: "code.vouchers",
    title: "Make vouchers",
    right,
    content: vouchersSchema,
    reasons: ["campaign", "goodwill", "paid outside", "test"],
    async preview(db, { staff, content }) {
      const at = deps.clock.now();
      const terms = voucherTerms(content, at);
      await checkCap(db, deps, { staff, amountMicros: mostMicros(terms) ?? 0n, at });
      return await previewOf(deps, terms, content.days);
    },
    async apply(tx, applying) {
      await make(tx, deps, voucherTerms(applying.content, applying.at), applying);
      return { note: "The vouchers are made. Their card gives you the file with the codes, once." };
    },
  });
}

function promoCodeKind(deps: CodeKindDeps): AnyDraftKind {
  return draftKind({
    name: "code.promo",
    title: "Make a promo code",
    right,
    content: promoCodeSchema,
    reasons: [],
    async preview(db, { staff, content }) {
      if (await hasPromotionNamed(db, content.name)) throw new DeskRefusal("code_exists");
      const at = deps.clock.now();
      const terms = promoCodeTerms(content, at);
      await checkCap(db, deps, { staff, amountMicros: mostMicros(terms) ?? 0n, at });
      return await previewOf(deps, terms, content.days);
    },
    async apply(tx, applying) {
      const { draftId, content, at } = applying;
      await make(tx, deps, promoCodeTerms(content, at), applying);
      const hashes = [(await codeHasher(tx, at))(content.name)];
      await insertCodes(tx, { promotionId: draftId, hashes, maxUses: content.uses });
      return { note: `${content.name} works now.` };
    },
  });
}

async function previewOf({ catalog }: CodeKindDeps, terms: PromotionTerms, days: number): Promise<Preview> {
  const most = mostMicros(terms);
  const facts: Fact[] = [
    { label: "What", after: titleOfTerms(terms) },
    { label: "Each code works", after: terms.uses === 1 ? "once" : `${terms.uses} times, once a person` },
    { label: "Valid for", after: days === 1 ? "1 day" : `${days} days` },
    { label: "For", after: terms.isNewOnly ? "new buyers only" : "every buyer" },
  ];
  if (terms.kind === "bonus") facts.push({ label: "Least top-up", after: formatUsd(terms.minTopupMicros) });
  if (terms.kind === "discount") {
    const { serviceId, countryId } = terms;
    const scope = await nameScope(catalog, { serviceId, countryId, provider: null });
    facts.push({ label: "On", after: scope }, { label: "Purchases", after: String(terms.purchases) });
  }
  if (most === null) return { facts: [...facts, { label: "Below cost", after: "never" }] };
  const label = terms.kind === "discount" ? "Lost at most" : "Given at most";
  return { facts: [...facts, { label, after: formatUsd(most) }], typeToConfirm: plainUsd(most) };
}

/** Stores what was decided, tells all owners, and keeps to the caps: money that codes give is money given by hand. */
async function make(
  tx: Tx,
  deps: CodeKindDeps,
  terms: PromotionTerms,
  { draftId, staff, reason, updateId, at }: Applying<unknown>,
): Promise<void> {
  const isNew = await insertPromotion(tx, { ...terms, id: draftId, createdBy: staff.telegramId, at });
  if (!isNew) throw new DeskRefusal("code_exists");
  await checkCap(tx, deps, { staff, amountMicros: 0n, at });
  const most = mostMicros(terms);
  await writeAudit(tx, {
    actor: actorOf(staff.telegramId),
    action: terms.kind === "voucher" ? "vouchers made" : "promo code made",
    subjectKind: "code",
    subject: draftId,
    after: factsOf(terms),
    reason: reason === "" ? null : reason,
    updateId,
    at,
  });
  const params = {
    by: String(staff.telegramId),
    what: titleOfTerms(terms),
    ...(most !== null && { amountMicros: most.toString() }),
  };
  const message = { kind: "operator_notice" as const, notice: "codes_made", params };
  await enqueueToAll(tx, deps.ownerIds, { message, subject: `codes_made:${draftId}`, at });
}

/** For the audit log. A promo code is no secret; vouchers are not in it. */
function factsOf(terms: PromotionTerms): AuditFacts {
  return {
    kind: terms.kind,
    name: terms.name,
    amountMicros: terms.amountMicros?.toString() ?? null,
    percent: terms.percent,
    purchases: terms.purchases,
    maxLossMicros: terms.maxLossMicros.toString(),
    minTopupMicros: terms.minTopupMicros.toString(),
    service: terms.serviceId,
    country: terms.countryId,
    count: terms.batchSize,
    uses: terms.uses,
    isNewOnly: terms.isNewOnly,
    expiresAt: terms.expiresAt?.toISOString() ?? null,
  };
}
