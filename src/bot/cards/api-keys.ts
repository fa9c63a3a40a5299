import type { KeyView } from "../../reseller/keys.ts";
import type { WebhookView } from "../../reseller/webhooks/webhooks.ts";
import { code, escapeHtml, joined, localTime, money } from "../../texts/html.ts";
import { ltrIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, copyButton, lines, quoted, tap } from "./card.ts";

const MAX_NAME = 32;
const MAX_ADDRESSES = 400;

/** The API's terms, to be accepted once. */
export function apiTermsCard({ labels, messages }: Texts): Card {
  return {
    text: lines(messages.apiIntro, "", messages.apiTerms),
    keyboard: [[tap(labels.apiAccept, { kind: "apiAccept" })], [tap(labels.home, { kind: "home" })]],
  };
}

/** All keys of a buyer. `note` says what has just happened. */
export function apiKeysCard(texts: Texts, keys: readonly KeyView[], max: number, note: string | null): Card {
  const { labels, messages } = texts;
  return {
    text: lines(note, messages.apiIntro, messages.apiKeys({ count: keys.length, max })),
    keyboard: [
      ...keys.map((key) => [tap(`${key.name} · ${key.id}`, { kind: "apiKey", keyId: key.id })]),
      [tap(labels.apiNewKey, { kind: "apiNew" }), tap(labels.home, { kind: "home" })],
    ],
  };
}

/** One key: what it may do, who used it last, and how to change it. */
export function apiKeyCard(
  texts: Texts,
  key: KeyView,
  { hook, note = null }: { readonly hook: WebhookView | undefined; readonly note?: string | null },
): Card {
  const { language, labels, messages } = texts;
  const keyId = key.id;
  const lastUse = [
    key.lastUsedAt && localTime(key.lastUsedAt),
    key.lastIp === null ? null : code(key.lastIp),
    key.lastClient === null ? null : quoted(key.lastClient, 60),
  ].filter((part) => part !== null);
  return {
    text: lines(
      note,
      `<b>${quoted(key.name, MAX_NAME)}</b> · ${ltrIn(language, code(keyId))}`,
      messages.apiKey({
        scope: key.scope,
        maxPrice: key.maxPriceMicros === null ? null : money(key.maxPriceMicros),
        dailyCap: key.dailyCapMicros === null ? null : money(key.dailyCapMicros),
        maxOpen: key.maxOpen,
        addresses: key.cidrs.length === 0 ? null : quoted(key.cidrs.join(" "), MAX_ADDRESSES),
        lastUse: key.lastUsedAt === null ? null : joined(lastUse, " · "),
        endsAt: key.expiresAt && localTime(key.expiresAt),
      }),
      hook && hookText(texts, hook),
      messages.apiHowToChange({ keyId: escapeHtml(keyId) }),
      code(`/api ${keyId} webhook https://example.com/hook`),
    ),
    keyboard: [
      [tap(labels.apiStyle(key.style), { kind: "apiStyle", keyId })],
      ...(hook && hook.offAt === null
        ? [[tap(labels.apiHookTest, { kind: "apiHookTest" as const, keyId })]]
        : []),
      [tap(labels.apiScope(key.scope === "buy" ? "read" : "buy"), { kind: "apiScope", keyId })],
      [
        ...(key.expiresAt === null ? [tap(labels.apiRotate, { kind: "apiRotate", keyId })] : []),
        tap(labels.apiRevoke, { kind: "apiAskRevoke", keyId }),
      ],
      [tap(labels.apiBack, { kind: "api" })],
    ],
  };
}

function hookText({ language, messages }: Texts, { url, offAt, lastAt, lastResult }: WebhookView): string {
  return messages.apiHook({
    url: ltrIn(language, code(url)),
    isOff: offAt !== null,
    last: lastAt && joined([localTime(lastAt), escapeHtml(lastResult ?? "")], " · "),
  });
}

/** The secret of a webhook. The only message that ever holds it. */
export function apiHookSecretCard({ labels, messages, language }: Texts, secret: string): Card {
  return {
    text: lines(messages.apiHookSecret, ltrIn(language, code(secret))),
    keyboard: [[copyButton(secret.slice(0, 10), secret)], [tap(labels.apiKeyDone, { kind: "apiHide" })]],
  };
}

export function apiAskRevokeCard({ labels, messages }: Texts, keyId: string): Card {
  return {
    text: messages.apiAskRevoke,
    keyboard: [
      [tap(labels.apiRevokeSure, { kind: "apiRevoke", keyId })],
      [tap(labels.apiBack, { kind: "api" })],
    ],
  };
}

/** The key itself. The only message that ever holds it. */
export function apiNewKeyCard({ labels, messages, language }: Texts, key: string): Card {
  return {
    text: lines(messages.apiShownOnce, ltrIn(language, code(key))),
    keyboard: [[copyButton(key.slice(0, 8), key)], [tap(labels.apiKeyDone, { kind: "apiHide" })]],
  };
}
