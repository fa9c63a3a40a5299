import { Menu } from "@grammyjs/menu";
import { formatUsd } from "../../core/money.ts";
import { money } from "../../texts/html.ts";
import type { GatewayName } from "../../topups/topups.ts";
import type { BotDeps } from "../bot-deps.ts";
import { inRows, messageOptions } from "../cards/card.ts";
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
    const { labels } = ctx.texts;
    const rows = [
      ...inRows(ways(deps, ctx, state), 2),
      ...(state.gateway === "stars" ? stars(deps, ctx, state) : dollars(deps, ctx, state, state.gateway)),
      [
        { text: labels.otherAmount, press: (pressed: ShopContext) => askAmount(pressed, stateOf(pressed)) },
        { text: labels.home, press: goHome },
      ],
    ];
    const payload = encodeTopupState(state);
    for (const row of rows) {
      for (const { text, press } of row) range.text({ text, payload }, (pressed) => press(pressed));
      range.row();
    }
  });
  return menu;
}

interface Button {
  readonly text: string;
  readonly press: (ctx: ShopContext) => Promise<void>;
}

async function goHome(ctx: ShopContext): Promise<void> {
  await ctx.answerTap();
  await ctx.screens.home(ctx);
}

/** The ways to pay, above the amounts of the chosen one; nothing where there is one way only. */
function ways(deps: TopupMenuDeps, ctx: ShopContext, state: TopupState): Button[] {
  const { labels } = ctx.texts;
  const { gateways } = deps.topups;
  if (gateways.length < 2) return [];
  const names: Readonly<Record<GatewayName, string>> = {
    stars: "Telegram ⭐",
    "crypto-pay": labels.cryptoPay,
    manual: labels.manual,
  };
  return gateways.map((gateway) => ({
    text: gateway === state.gateway ? `✓ ${names[gateway]}` : names[gateway],
    press: async (pressed) => {
      await pressed.answerTap();
      await pressed.screens.topup(pressed, { ...stateOf(pressed), gateway });
    },
  }));
}

/** What a waiting purchase lacks stands alone in the first row. */
function stars(deps: TopupMenuDeps, ctx: ShopContext, state: TopupState): Button[][] {
  if (!deps.topups.gateways.includes("stars")) return [];
  const isShort = state.quoteId !== null && state.stars >= starsRange.min && state.stars <= starsRange.max;
  const button = (count: number): Button => ({
    text: ctx.texts.labels.stars(count, formatUsd(deps.topups.starsValueMicros(count))),
    press: async (pressed) => {
      await pressed.answerTap();
      await deps.pay.stars(pressed, count, await resumeOf(deps, pressed, stateOf(pressed).quoteId));
    },
  });
  const presets = starPresets.filter((count) => count !== state.stars || !isShort);
  return [...(isShort ? [[button(state.stars)]] : []), ...inRows(presets.map(button), 2)];
}

function dollars(
  deps: TopupMenuDeps,
  ctx: ShopContext,
  state: TopupState,
  gateway: Exclude<GatewayName, "stars">,
): Button[][] {
  if (!deps.topups.gateways.includes(gateway)) return [];
  const button = (amountMicros: bigint): Button => ({
    text: ctx.texts.labels.payNow(formatUsd(amountMicros)),
    press: async (pressed) => {
      await pressed.answerTap();
      const resume = await resumeOf(deps, pressed, state.quoteId);
      const proof = await deps.pay.usd(pressed, gateway, amountMicros, resume);
      if (proof.kind === "claim") await enterQuestion(pressed, questionIds.claim, proof.topupId);
    },
  });
  return inRows(usdPresets.map(button), 2);
}

async function askAmount(ctx: ShopContext, state: TopupState): Promise<void> {
  await ctx.answerTap();
  const card = askCard(ctx.texts, amountQuestion(ctx, state), { kind: "leave", topup: state });
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
