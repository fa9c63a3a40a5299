import { money } from "../../texts/html.ts";
import type { BotDeps } from "../bot-deps.ts";
import { inviteCard } from "../cards/invite.ts";
import type { Screens, ShopContext } from "../context.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";

export interface InviteDeps extends Pick<BotDeps, "referral"> {
  readonly screens: Screens;
}

/** "Invite a friend". Where referral is off, the button of an old card leads home. */
export function createInvite(deps: InviteDeps): Feature {
  const feature = createFeature();
  onTap(feature, ["invite"], (ctx) => showInvite(deps, ctx));
  return feature;
}

async function showInvite({ referral, screens }: InviteDeps, ctx: ShopContext): Promise<void> {
  const code = await referral?.codeOf(ctx.buyer.id);
  if (!referral || code === undefined) return await screens.home(ctx);
  const { friends, earnedMicros } = await referral.invitations(ctx.buyer.id);
  const { terms } = referral;
  const view = {
    link: `https://t.me/${ctx.me.username}?start=r_${code}`,
    share: `${Number(terms.shareBasisPoints) / 100}%`,
    orders: terms.orders,
    perFriend: money(terms.perFriendMicros),
    perMonth: money(terms.perMonthMicros),
    friends,
    earned: money(earnedMicros),
  };
  await screens.show(ctx, inviteCard(ctx.texts, view));
}
