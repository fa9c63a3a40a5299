import type { Screens } from "../context.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";

/** The commands and buttons that open the top-up menu and the settings. */
export function createMenuDoors(screens: Screens): Feature {
  const feature = createFeature();
  feature.command("topup", (ctx) => screens.topup(ctx));
  feature.command("settings", (ctx) => screens.settings(ctx));
  onTap(feature, ["topup"], (ctx) => screens.topup(ctx));
  onTap(feature, ["settings"], (ctx) => screens.settings(ctx));
  // "Back" under the question for an amount: nobody waits for its answer any more.
  onTap(feature, ["leave"], async (ctx, { topup }) => {
    await ctx.conversation.exitAll();
    await screens.topup(ctx, topup);
  });
  return feature;
}
