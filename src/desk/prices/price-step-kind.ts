import { z } from "zod";
import { PRICE_STEP, priceStepOf } from "../../catalog/prices/price-step.ts";
import { priceSteps } from "../../catalog/prices/pricing.ts";
import { wholeCatalogue } from "../../core/scope.ts";
import { actorOf } from "../../core/staff.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { notePricesChanged, selectPriceRules } from "../../db/queries/price-rules.ts";
import { readSetting, writeSetting } from "../../db/queries/settings.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";
import { type EffectDeps, effectFacts, priceEffect } from "./price-effect.ts";
import { stepName } from "./price-names.ts";

const stepSchema = z.object({ step: z.enum(priceSteps) });

/** The step that prices are rounded up to. */
export function stepKind(deps: EffectDeps): AnyDraftKind {
  const { clock, catalog } = deps;
  return draftKind({
    name: "price.step",
    title: "Change the rounding of prices",
    right: "prices",
    content: stepSchema,
    reasons: [],
    async preview(executor, { content }) {
      const before = priceStepOf(await readSetting(executor, PRICE_STEP));
      const rules = await selectPriceRules(executor, clock.now());
      const effect = await priceEffect(deps, wholeCatalogue, { rules, step: content.step });
      const fact = {
        label: "Prices are rounded up to",
        before: stepName(before),
        after: stepName(content.step),
      };
      return { facts: [fact, ...(await effectFacts(catalog, effect))], basis: `${before} ${content.step}` };
    },
    async apply(tx, { staff, content, updateId, at }) {
      const before = priceStepOf(await readSetting(tx, PRICE_STEP));
      await writeSetting(tx, PRICE_STEP, content.step, at);
      await notePricesChanged(tx);
      await writeAudit(tx, {
        actor: actorOf(staff.telegramId),
        action: "price step changed",
        subjectKind: "setting",
        subject: PRICE_STEP,
        before: { step: before },
        after: { step: content.step },
        updateId,
        at,
      });
      return { note: `Prices are rounded up to ${stepName(content.step)} now.` };
    },
  });
}
