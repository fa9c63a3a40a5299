import { Menu, type MenuRange } from "@grammyjs/menu";
import { formatUsd } from "../../core/money.ts";
import { money } from "../../texts/html.ts";
import type { GatewayName } from "../../topups/topups.ts";
import type { BotDeps } from "../bot-deps.ts";
import { messageOptions } from "../cards/card.ts";
import { askCard } from "../cards/money.ts";
import type { ShopContext } from "../context.ts";
import {
  amountQuestion,
  enterQuestion,
  type Pay,
  questionIds,
  resumeOf,
  starsRange,
} from "../features/pay.ts";
import { decodeTopupState, encodeTopupState, type TopupState } from "../topup-state.ts";

export const topupMenuId = "topup";

const starPresets = [50, 100, 250, 500, 1000] as const;
const usdPresets = [5_000_000n, 10_000_000n, 25_000_000n, 50_000_000n] as const;

/** The state that this rendering is about: set by who opened the menu, else carried by the pressed button. */
function stateOf(ctx: ShopContext): TopupState {
  return ctx.topup ?? decodeTopupState(ctx.match);
}

export interface TopupMenuDeps extends Pick<BotDeps, "topups" | "catalog"> {
  readonly pay: Pay;
}

/**
 * Amounts and ways to pay. The plugin renders the menu again on each press and keeps no state, so every button
 * carries the menu's state in its payload.
 */
export function createTopupMenu(deps: TopupMenuDeps): Menu<ShopContext> {
  const menu = new Menu<ShopContext>(topupMenuId, {
    autoAnswer: false,
    onMenuOutdated: async (ctx) => {
      await ctx.answerTap(ctx.texts.toasts.stale);
      await ctx.screens.topup(ctx, stateOf(ctx));
    },
  });
  menu.dynamic((ctx, range) => {
    const state = stateOf(ctx);
    const add = adderFor(range, encodeTopupState(state));
    if (state.gateway === "stars") addStars(deps, ctx, state, add);
    else addUsd(deps, ctx, state, state.gateway, add);
    add.full(ctx.texts.labels.otherAmount, (pressed) => askAmount(pressed, stateOf(pressed)));
    addWays(deps, ctx, state, add);
    add.full(ctx.texts.labels.home, async (pressed) => {
      await pressed.answerTap();
      await pressed.screens.home(pressed);
    });
  });
  return menu;
}

type Press = (ctx: ShopContext) => Promise<void>;

interface Adder {
  full(text: string, press: Press): void;
}

function adderFor(range: MenuRange<ShopContext>, payload: string): Adder {
  return {
    full: (text, press) => {
      range.text({ text, payload }, (ctx) => press(ctx)).row();
    },
  };
}

function addStars(deps: TopupMenuDeps, ctx: ShopContext, state: TopupState, add: Adder): void {
  if (!deps.topups.gateways.includes("stars")) return;
  const isShort = state.quoteId !== null && state.stars >= starsRange.min && state.stars <= starsRange.max;
  const amounts = [
    ...(isShort ? [state.stars] : []),
    ...starPresets.filter((stars) => stars !== state.stars || !isShort),
  ];
  for (const stars of amounts) {
    const value = formatUsd(deps.topups.starsValueMicros(stars));
    add.full(ctx.texts.labels.stars(stars, value), async (pressed) => {
      await pressed.answerTap();
      await deps.pay.stars(pressed, stars, await resumeOf(deps, pressed, stateOf(pressed).quoteId));
    });
  }
}

function addUsd(
  deps: TopupMenuDeps,
  ctx: ShopContext,
  state: TopupState,
  gateway: Exclude<GatewayName, "stars">,
  add: Adder,
): void {
  if (!deps.topups.gateways.includes(gateway)) return;
  for (const amountMicros of usdPresets) {
    add.full(ctx.texts.labels.payNow(formatUsd(amountMicros)), async (pressed) => {
      await pressed.answerTap();
      const resume = await resumeOf(deps, pressed, state.quoteId);
      const proof = await deps.pay.usd(pressed, gateway, amountMicros, resume);
      if (proof.kind === "claim") await enterQuestion(pressed, questionIds.claim, proof.topupId);
    });
  }
}

/** The other ways to pay that the operator has switched on. */
function addWays(deps: TopupMenuDeps, ctx: ShopContext, state: TopupState, add: Adder): void {
  const { labels } = ctx.texts;
  const names: Readonly<Record<GatewayName, string>> = {
    stars: "Telegram ⭐",
    "crypto-pay": labels.cryptoPay,
    manual: labels.manual,
  };
  for (const gateway of deps.topups.gateways) {
    if (gateway === state.gateway) continue;
    add.full(names[gateway], async (pressed) => {
      await pressed.answerTap();
      await pressed.screens.topup(pressed, { ...stateOf(pressed), gateway });
    });
  }
}

async function askAmount(ctx: ShopContext, state: TopupState): Promise<void> {
  await ctx.answerTap();
  const card = askCard(ctx.texts, amountQuestion(ctx, state));
  await ctx.reply(card.text, messageOptions(card));
  await enterQuestion(ctx, questionIds.amount, encodeTopupState(state));
}

/** The plain text of the menu; with a waiting purchase it names it. */
export function topupText(
  ctx: ShopContext,
  availableMicros: bigint,
  product: Parameters<ShopContext["texts"]["messages"]["topupFor"]>[0]["product"] | null,
): string {
  const { messages } = ctx.texts;
  const available = money(availableMicros);
  return product === null ? messages.topup({ available }) : messages.topupFor({ available, product });
}
