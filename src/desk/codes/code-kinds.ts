import { z } from "zod";
import { addMs, type Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { formatUsd, plainUsd } from "../../core/money.ts";
import { actorOf } from "../../core/staff.ts";
import type { Executor, Tx } from "../../db/client.ts";
import { type AuditFacts, writeAudit } from "../../db/queries/audit.ts";
import { enqueueToAll } from "../../db/queries/outbox.ts";
import {
  deleteUnusedCodes,
  findPromotion,
  hasPromotionNamed,
  insertCodes,
  insertPromotion,
  lockPromotion,
  type Promotion,
  type PromotionTerms,
  updatePromotion,
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

const DAY_MS = 24 * 3_600_000;
const right = "codes";
const ofOne = z.object({ promotionId: z.uuid() });

/** Vouchers and promo codes: made, stopped, extended. */
export function codeKinds(deps: CodeKindDeps): readonly AnyDraftKind[] {
  return [vouchersKind(deps), promoCodeKind(deps), stopKind(deps), extendKind(deps), newFileKind()];
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

/** Throws DeskRefusal: gone, or stopped already. */
async function running(
  db: Executor,
  id: string,
  read: (db: Executor, id: string) => Promise<Promotion | undefined> = findPromotion,
): Promise<Promotion> {
  const promotion = await read(db, id);
  if (!promotion) throw new DeskRefusal("not_found");
  if (promotion.stoppedAt !== null) throw new DeskRefusal("already_off");
  return promotion;
}

const locked = (tx: Tx, id: string): Promise<Promotion> => running(tx, id, () => lockPromotion(tx, id));

function stopKind({ clock }: CodeKindDeps): AnyDraftKind {
  return draftKind({
    name: "code.stop",
    title: "Stop a code",
    right,
    content: ofOne,
    reasons: ["campaign is over", "abused", "mistake"],
    async preview(db, { content }) {
      const promotion = await running(db, content.promotionId);
      return {
        facts: [
          { label: titleOfTerms(promotion), before: stateOf(promotion, clock.now()), after: "stopped" },
        ],
        warnings: [
          "For good. Nobody can redeem it, and what waits for a top-up or a purchase is void. Money that was given stays; open quotes keep their price.",
        ],
      };
    },
    async apply(tx, { staff, content, reason, updateId, at }) {
      const promotion = await locked(tx, content.promotionId);
      await updatePromotion(tx, promotion.id, { stoppedAt: at });
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: "code stopped",
        subjectKind: "code",
        subject: promotion.id,
        before: { isStopped: false },
        after: { isStopped: true },
        reason,
        updateId,
        at,
      });
      return { note: "Stopped." };
    },
  });
}

function extendKind({ clock }: CodeKindDeps): AnyDraftKind {
  const later = ({ expiresAt }: Promotion, days: number, at: Date): Date =>
    addMs(expiresAt !== null && expiresAt > at ? expiresAt : at, days * DAY_MS);
  return draftKind({
    name: "code.extend",
    title: "Extend a code",
    right,
    content: ofOne.extend({ days: z.number().int().min(1).max(365) }),
    reasons: [],
    async preview(db, { content }) {
      const promotion = await running(db, content.promotionId);
      const until = promotion.expiresAt?.toISOString().slice(0, 10) ?? "no end";
      const after = later(promotion, content.days, clock.now()).toISOString().slice(0, 10);
      return { facts: [{ label: "Valid until", before: until, after }] };
    },
    async apply(tx, { staff, content, updateId, at }) {
      const promotion = await locked(tx, content.promotionId);
      const expiresAt = later(promotion, content.days, at);
      await updatePromotion(tx, promotion.id, { expiresAt });
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: "code extended",
        subjectKind: "code",
        subject: promotion.id,
        before: { expiresAt: promotion.expiresAt?.toISOString() ?? null },
        after: { expiresAt: expiresAt.toISOString() },
        updateId,
        at,
      });
      return { note: `Valid until ${expiresAt.toISOString().slice(0, 10)}.` };
    },
  });
}

/** Where the file got lost: its codes stop, so that the new file's are the only ones. */
function newFileKind(): AnyDraftKind {
  return draftKind({
    name: "code.file",
    title: "Replace the codes of the file",
    right,
    content: ofOne,
    reasons: [],
    async preview(db, { content }) {
      const promotion = await running(db, content.promotionId);
      if (promotion.fileMadeAt === null) throw new DeskRefusal("already_done");
      return {
        facts: [{ label: titleOfTerms(promotion), after: "a new file" }],
        warnings: ["Every code of the earlier file that nobody has used stops working."],
      };
    },
    async apply(tx, { staff, content, updateId, at }) {
      const promotion = await locked(tx, content.promotionId);
      const replaced = await deleteUnusedCodes(tx, promotion.id);
      await updatePromotion(tx, promotion.id, { fileMadeAt: null });
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: "vouchers replaced",
        subjectKind: "code",
        subject: promotion.id,
        after: { replaced },
        updateId,
        at,
      });
      return { note: `${replaced} codes stopped. The card gives you the new file.` };
    },
  });
}

export function stateOf({ stoppedAt, expiresAt }: Promotion, at: Date): "stopped" | "over" | "running" {
  if (stoppedAt !== null) return "stopped";
  return expiresAt !== null && expiresAt <= at ? "over" : "running";
}
