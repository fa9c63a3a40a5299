import { parseUsd } from "../../core/money.ts";
import { readCidrs } from "../../reseller/addresses.ts";
import type { ApiKeys, KeyChange, KeyView, MadeKey, StatusStyle } from "../../reseller/keys.ts";
import { MAX_KEYS } from "../../reseller/limits.ts";
import { ofKey } from "../callback-letters.ts";
import {
  apiAskRevokeCard,
  apiHookSecretCard,
  apiKeyCard,
  apiKeysCard,
  apiNewKeyCard,
  apiTermsCard,
} from "../cards/api-keys.ts";
import { noticeCard } from "../cards/home.ts";
import type { Screens, ShopContext } from "../context.ts";
import type { InPlace } from "../in-place.ts";
import { removeMessage, say } from "../navigation.ts";
import { createFeature, type Feature, onTap } from "./feature.ts";

/** A key stays in the chat for so long, if nobody removes it before. */
const SHOWN_MS = 60_000;
const MAX_OPEN = 100_000;
const nextStyle: Readonly<Record<StatusStyle, StatusStyle>> = {
  wait: "retry",
  retry: "resend",
  resend: "wait",
};

export interface ApiKeysFeatureDeps {
  /** Null: the operator has not switched the resellers' API on; then this feature knows no command and no button. */
  readonly apiKeys: ApiKeys | null;
  readonly screens: Screens;
  readonly inPlace: Pick<InPlace, "removeLater">;
}

interface Deps extends ApiKeysFeatureDeps {
  readonly apiKeys: ApiKeys;
}

/** /api: what the API is, its terms, and a buyer's keys. */
export function createApiKeysFeature(given: ApiKeysFeatureDeps): Feature {
  const feature = createFeature();
  const { apiKeys, screens } = given;
  onTap(feature, ["apiHide"], async (ctx) => {
    const messageId = ctx.callbackQuery?.message?.message_id;
    if (messageId !== undefined) await removeMessage(ctx, messageId);
  });
  if (apiKeys === null) {
    // Buttons of cards from before it was switched off.
    onTap(feature, ["api", "apiAccept", "apiNew", ...Object.values(ofKey)], (ctx) => screens.home(ctx));
    return feature;
  }
  const deps: Deps = { ...given, apiKeys };
  feature.command("api", (ctx) =>
    ctx.match.trim() === "" ? showKeys(deps, ctx) : change(deps, ctx, ctx.match),
  );
  onTap(feature, ["api"], (ctx) => showKeys(deps, ctx));
  onTap(feature, ["apiAccept"], async (ctx) => {
    await apiKeys.acceptTerms(ctx.buyer.id);
    await showKeys(deps, ctx);
  });
  onTap(feature, ["apiNew"], async (ctx) => showMade(deps, ctx, await apiKeys.create(ctx.buyer.id, "API")));
  onTap(feature, ["apiRotate"], async (ctx, { keyId }) =>
    showMade(deps, ctx, await apiKeys.rotate(ctx.buyer.id, keyId)),
  );
  onTap(feature, ["apiKey"], (ctx, { keyId }) => showKey(deps, ctx, keyId));
  onTap(feature, ["apiStyle"], (ctx, { keyId }) =>
    changeKey(deps, ctx, keyId, ({ style }) => ({ style: nextStyle[style] })),
  );
  onTap(feature, ["apiScope"], (ctx, { keyId }) =>
    changeKey(deps, ctx, keyId, ({ scope }) => ({ scope: scope === "buy" ? "read" : "buy" })),
  );
  onTap(feature, ["apiHookTest"], async (ctx, { keyId }) => {
    const isOwed = await apiKeys.webhooks.test(ctx.buyer.id, keyId);
    await showKey(deps, ctx, keyId, isOwed ? ctx.texts.messages.apiHookSent : null);
  });
  onTap(feature, ["apiAskRevoke"], (ctx, { keyId }) => screens.show(ctx, apiAskRevokeCard(ctx.texts, keyId)));
  onTap(feature, ["apiRevoke"], async (ctx, { keyId }) => {
    await apiKeys.revoke(ctx.buyer.id, keyId);
    await showKeys(deps, ctx, ctx.texts.messages.apiRevoked);
  });
  return feature;
}

async function showKeys(
  { apiKeys, screens }: Deps,
  ctx: ShopContext,
  note: string | null = null,
): Promise<void> {
  if (!(await apiKeys.hasAcceptedTerms(ctx.buyer.id)))
    return await screens.show(ctx, apiTermsCard(ctx.texts));
  const keys = await apiKeys.list(ctx.buyer.id);
  await screens.show(ctx, apiKeysCard(ctx.texts, keys, MAX_KEYS, note));
}

async function keyOf({ apiKeys }: Deps, ctx: ShopContext, keyId: string): Promise<KeyView | undefined> {
  return (await apiKeys.list(ctx.buyer.id)).find(({ id }) => id === keyId);
}

async function showKey(
  deps: Deps,
  ctx: ShopContext,
  keyId: string,
  note: string | null = null,
): Promise<void> {
  const key = await keyOf(deps, ctx, keyId);
  if (!key) return await showKeys(deps, ctx);
  const hook = await deps.apiKeys.webhooks.find(ctx.buyer.id, keyId);
  await deps.screens.show(ctx, apiKeyCard(ctx.texts, key, { hook, note }));
}

async function changeKey(
  deps: Deps,
  ctx: ShopContext,
  keyId: string,
  changeOf: (key: KeyView) => KeyChange,
): Promise<void> {
  const key = await keyOf(deps, ctx, keyId);
  if (key) await deps.apiKeys.change(ctx.buyer.id, keyId, changeOf(key));
  await showKey(deps, ctx, keyId);
}

/** The key comes in a message of its own, which is removed soon: nobody finds it in the chat later. */
async function showMade(deps: Deps, ctx: ShopContext, made: MadeKey): Promise<void> {
  if (made.kind !== "made") {
    const note = made.kind === "too_many" ? ctx.texts.messages.apiTooMany : null;
    return await showKeys(deps, ctx, note);
  }
  await showKeys(deps, ctx);
  const sent = await say(ctx, apiNewKeyCard(ctx.texts, made.text));
  deps.inPlace.removeLater(ctx, sent.message_id, SHOWN_MS);
}

/** "/api <key> price 0.50" and the like. */
async function change(deps: Deps, ctx: ShopContext, text: string): Promise<void> {
  const [keyId = "", what = "", ...rest] = text.trim().split(/\s+/);
  const key = await keyOf(deps, ctx, keyId);
  if (key && what.toLowerCase() === "webhook") return await changeWebhook(deps, ctx, keyId, rest.join(" "));
  const wanted = key && readChange(what.toLowerCase(), rest.join(" "));
  if (!wanted) return void (await say(ctx, noticeCard(ctx.texts, ctx.texts.messages.apiNotUnderstood)));
  await changeKey(deps, ctx, keyId, () => wanted);
}

/** The secret comes in a message of its own, which is removed soon. */
async function changeWebhook(deps: Deps, ctx: ShopContext, keyId: string, url: string): Promise<void> {
  const { webhooks } = deps.apiKeys;
  if (url === "-") {
    await webhooks.remove(ctx.buyer.id, keyId);
    return await showKey(deps, ctx, keyId);
  }
  const result = await webhooks.set(ctx.buyer.id, keyId, url);
  if (result.kind !== "set")
    return void (await say(ctx, noticeCard(ctx.texts, ctx.texts.messages.apiHookRefused)));
  await showKey(deps, ctx, keyId);
  const sent = await say(ctx, apiHookSecretCard(ctx.texts, result.secret));
  deps.inPlace.removeLater(ctx, sent.message_id, SHOWN_MS);
}

/** Undefined: not understood. "-" takes a limit away. */
export function readChange(what: string, value: string): KeyChange | undefined {
  const isNone = value === "-";
  switch (what) {
    case "name":
      return value === "" ? undefined : { name: value };
    case "price":
    case "day": {
      const micros = isNone ? null : parseUsd(value.replace(/^\$/, ""), "exact");
      if (micros === undefined || micros === 0n) return undefined;
      return what === "price" ? { maxPriceMicros: micros } : { dailyCapMicros: micros };
    }
    case "open": {
      const count = /^\d{1,6}$/.test(value) ? Number(value) : 0;
      if (isNone) return { maxOpen: null };
      return count >= 1 && count <= MAX_OPEN ? { maxOpen: count } : undefined;
    }
    case "addresses": {
      const cidrs = isNone ? [] : readCidrs(value);
      return cidrs === undefined || (!isNone && cidrs.length === 0) ? undefined : { cidrs };
    }
    default:
      return undefined;
  }
}
