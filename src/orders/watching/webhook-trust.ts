/** So many codes must have been announced before webhooks are relied on … */
const FEWEST_ANNOUNCED = 5;
/** … nearly all of the last codes … */
const SHARE_ANNOUNCED = 0.9;
/** … and the last one not longer ago than this. */
const FRESH_MS = 10 * 60 * 1000;
/** Each code makes those before it count so much less: about the last twenty count. */
const FADE = 0.95;

/** Whether a provider's webhooks tell us of its codes, so that polling need only confirm that nothing was missed. */
export interface WebhookTrust {
  /** A code was found; `isAnnounced`: a webhook had named its order before. */
  codeFound(isAnnounced: boolean, nowMs: number): void;
  isTrusted(nowMs: number): boolean;
}

export function createWebhookTrust(): WebhookTrust {
  let announced = 0;
  let all = 0;
  let lastAtMs = Number.NEGATIVE_INFINITY;
  return {
    codeFound(isAnnounced, nowMs) {
      announced = announced * FADE + (isAnnounced ? 1 : 0);
      all = all * FADE + 1;
      if (isAnnounced) lastAtMs = nowMs;
    },
    isTrusted: (nowMs) =>
      announced >= FEWEST_ANNOUNCED * FADE ** FEWEST_ANNOUNCED &&
      announced >= all * SHARE_ANNOUNCED &&
      nowMs - lastAtMs <= FRESH_MS,
  };
}
