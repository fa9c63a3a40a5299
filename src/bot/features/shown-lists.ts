import { z } from "zod";
import type { ConversationStates } from "../../buyers/conversation-states.ts";
import type { Chosen } from "../../catalog/catalog.ts";
import { chosenKey } from "../../core/chosen-key.ts";
import type { ActionKind } from "../callback-data.ts";
import type { ShopContext } from "../context.ts";
import { createFeature, type Feature } from "./feature.ts";

/** What a person has chosen by the list that they look at: its country list keeps the service, and the other way round. */
export interface ShownLists {
  /** Notes that the navigation card now shows a list that belongs to this choice. */
  note(ctx: ShopContext, chosen: Chosen): Promise<void>;
  /** The choice of the list that the navigation card showed when the update came. Empty: it showed something else. */
  chosen(ctx: ShopContext): Chosen;
  /** Forgets the choice when a button leads away from the list. To be used before the features. */
  readonly leave: Feature;
}

const LEADS_AWAY: ReadonlySet<ActionKind> = new Set(["services", "confirm", "home"]);

const noted = z.object({
  messageId: z.number(),
  serviceId: z.string().optional(),
  countryId: z.string().optional(),
});

/** Kept in PostgreSQL, so that a restart or another replica does not forget it. A newer card makes it void. */
export function createShownLists(states: ConversationStates): ShownLists {
  const keyOf = (ctx: ShopContext): string => chosenKey(ctx.from?.id ?? 0);
  const leave = createFeature();
  leave.use(async (ctx, next) => {
    if (ctx.storedChoice !== undefined && ctx.action && LEADS_AWAY.has(ctx.action.kind)) {
      await states.delete(keyOf(ctx));
    }
    await next();
  });
  return {
    note: (ctx, chosen) => states.write(keyOf(ctx), { messageId: ctx.buyer.navigationMessageId, ...chosen }),
    chosen: (ctx) => {
      const read = noted.safeParse(ctx.storedChoice);
      if (!read.success || read.data.messageId !== ctx.buyer.navigationMessageId) return {};
      const { serviceId, countryId } = read.data;
      return {
        ...(serviceId === undefined ? {} : { serviceId }),
        ...(countryId === undefined ? {} : { countryId }),
      };
    },
    leave,
  };
}
