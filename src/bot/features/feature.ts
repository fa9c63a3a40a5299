import { Composer } from "grammy";
import type { Action, ActionKind } from "../callback-data.ts";
import type { ShopContext } from "../context.ts";

/** The action with one of these kinds, and the fields that come with it. */
type ActionOf<K extends ActionKind, A extends Action = Action> = A extends Action
  ? [A["kind"] & K] extends [never]
    ? never
    : A & { readonly kind: K }
  : never;

function isKind<K extends ActionKind>(
  action: Action | undefined,
  kinds: readonly K[],
): action is ActionOf<K> {
  const list: readonly string[] = kinds;
  return action !== undefined && list.includes(action.kind);
}

export type Feature = Composer<ShopContext>;

export function createFeature(): Feature {
  return new Composer<ShopContext>();
}

/** Handles taps of these kinds. The tap is answered at once, so that no spinner waits for slow work. */
export function onTap<K extends ActionKind>(
  feature: Feature,
  kinds: readonly K[],
  handle: (ctx: ShopContext, action: ActionOf<K>) => Promise<void>,
): void {
  onTapAnswering(feature, kinds, async (ctx, action) => {
    await ctx.answerTap();
    await handle(ctx, action);
  });
}

/** As {@link onTap}, for quick work whose result is told in the answer itself. */
export function onTapAnswering<K extends ActionKind>(
  feature: Feature,
  kinds: readonly K[],
  handle: (ctx: ShopContext, action: ActionOf<K>) => Promise<void>,
): void {
  feature.use(async (ctx, next) => {
    if (isKind(ctx.action, kinds)) await handle(ctx, ctx.action);
    else await next();
  });
}
