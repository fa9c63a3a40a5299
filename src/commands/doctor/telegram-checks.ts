import { type Api, GrammyError, HttpError } from "grammy";
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { CryptoPay } from "../../topups/crypto-pay-client.ts";
import { type Answer, fail, pass, type Report, warn } from "./report.ts";

const OFFICIAL_API_ROOT = "https://api.telegram.org";
/** The only ports that Telegram sends webhooks to (core.telegram.org/bots/api#setwebhook). */
const WEBHOOK_PORTS = ["", "443", "80", "88", "8443"];
const HEALTH_TIMEOUT_MS = 5_000;
const RECENT_ERROR_MS = 3_600_000;
const MANY_PENDING = 100;

export interface TelegramDeps {
  readonly api: Pick<Api, "getMe" | "getWebhookInfo" | "getMyStarBalance">;
  readonly apiRoot: string;
  readonly publicUrl: string | null;
  readonly takesStars: boolean;
  readonly clock: Clock;
}

/** Checks the token, the way updates arrive, and the Stars. A refused token ends the checks that need it. */
export async function checkTelegram(report: Report, deps: TelegramDeps): Promise<void> {
  const { api } = deps;
  const verdict = await report.check("telegram", () => lookAtToken(deps));
  if (verdict === "FAIL") return;
  await report.check("updates", () => lookAtUpdates(deps));
  if (!deps.takesStars) return;
  await report.check("stars", async () => {
    const { amount } = await api.getMyStarBalance();
    return pass(`the bot has ${amount} Stars`);
  });
}

async function lookAtToken({ api, apiRoot }: TelegramDeps): Promise<Answer> {
  try {
    const me = await api.getMe();
    return pass(`@${me.username} answers`);
  } catch (error) {
    if (error instanceof GrammyError && [401, 404].includes(error.error_code)) {
      return fail("BOT_TOKEN is refused. Next: copy the token from @BotFather (/mybots, API Token)");
    }
    const where = apiRoot === OFFICIAL_API_ROOT ? "Telegram" : "TELEGRAM_API_ROOT";
    return fail(
      `${where} does not answer (${reasonOf(error)}). Next: check the network and TELEGRAM_API_ROOT`,
    );
  }
}

/** grammY's message does not say what failed; the error below it does, without the URL. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof HttpError ? error.error : error);
}

async function lookAtUpdates({ api, publicUrl, clock }: TelegramDeps): Promise<Answer> {
  const info = await api.getWebhookInfo();
  const waiting = `${info.pending_update_count} updates wait`;
  if (publicUrl === null) {
    if (info.url) return warn(`long polling, but a webhook is set. Next: npm start removes it`);
    return isMany(info.pending_update_count)
      ? warn(`long polling, and ${waiting}. Next: is the shop running? Read its log`)
      : pass(`long polling, ${waiting}`);
  }
  if (!info.url) return warn("webhook not set yet. Next: npm start sets it");
  if (info.url !== `${publicUrl}/webhooks/telegram`) {
    return warn("a webhook of another address is set. Next: npm start sets it to PUBLIC_URL");
  }
  const failedMsAgo = clock.now().getTime() - (info.last_error_date ?? 0) * 1000;
  if (failedMsAgo < RECENT_ERROR_MS) {
    const reason = info.last_error_message ?? "no reason given";
    return warn(
      `webhook set, ${waiting}; Telegram could not deliver ${Math.round(failedMsAgo / 60_000)} min ago (${reason}). Next: check the proxy before PORT`,
    );
  }
  return isMany(info.pending_update_count)
    ? warn(`webhook set, but ${waiting}. Next: is the shop running? Read its log`)
    : pass(`webhook set, ${waiting}`);
}

function isMany(count: number): boolean {
  return count > MANY_PENDING;
}

/** Checks that webhooks can reach PUBLIC_URL. */
export async function checkPublicUrl(
  report: Report,
  deps: { publicUrl: string | null; apiRoot: string; pushOnly: readonly string[] },
): Promise<void> {
  await report.check("public url", async () => {
    const { publicUrl, pushOnly } = deps;
    if (publicUrl === null) {
      if (pushOnly.length === 0) return pass("not set: long polling, no webhooks");
      return warn(`not set, but SMS of ${pushOnly.join(", ")} come by webhook only. Next: set PUBLIC_URL`);
    }
    const url = new URL(publicUrl);
    const isOfficial = deps.apiRoot === OFFICIAL_API_ROOT;
    if (isOfficial && url.protocol !== "https:")
      return fail("not https: Telegram refuses it. Next: use https");
    if (isOfficial && !WEBHOOK_PORTS.includes(url.port)) {
      return fail(`Telegram does not call port ${url.port}. Next: use 443, 80, 88 or 8443`);
    }
    return await lookAtHealth(publicUrl);
  });
}

async function lookAtHealth(publicUrl: string): Promise<Answer> {
  const next = "Next: start the shop, then check DNS, the certificate and the proxy before PORT";
  try {
    const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS);
    const response = await fetch(`${publicUrl}/healthz`, { redirect: "manual", signal });
    await response.body?.cancel();
    if (response.ok) return pass("the shop answers there");
    return warn(`/healthz answers there with ${response.status}. ${next}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return warn(`no answer there from here (${messageOf(cause)}). ${next}`);
  }
}

/** Checks that Crypto Pay accepts the token. */
export async function checkCryptoPay(report: Report, cryptoPay: CryptoPay): Promise<void> {
  await report.check("crypto pay", async () => {
    try {
      // Any list will do; the question is whether the token is accepted.
      await cryptoPay.invoices(["1"]);
      return pass("the app answers");
    } catch (error) {
      const next = "Next: check CRYPTO_PAY_TOKEN and CRYPTO_PAY_API_ROOT at @CryptoBot";
      return fail(`${messageOf(error)}. ${next}`);
    }
  });
}
