import { afterEach, describe, expect, it } from "vitest";
import { deferred } from "../support/deferred.ts";
import { createHttpServers, providerSecrets, WEBHOOK_SECRET as SECRET } from "../support/http-server.ts";

const { start, stopAll } = createHttpServers();
afterEach(stopAll);

function post(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  return fetch(url, { method: "POST", body, headers });
}

describe("Telegram's webhook", () => {
  const header = { "X-Telegram-Bot-Api-Secret-Token": SECRET };

  it("answers 200 only after the update is stored", async () => {
    const stored: unknown[] = [];
    const commit = deferred<void>();
    const store = async (update: unknown): Promise<void> => {
      await commit.promise;
      stored.push(update);
    };
    const { url } = await start({ webhooks: { telegram: { secret: SECRET, store } } });
    const asked = post(`${url}/webhooks/telegram`, '{"update_id":1}', header).then((answer) => {
      expect(stored).toEqual([{ update_id: 1 }]);
      return answer.status;
    });
    commit.resolve();
    expect(await asked).toBe(200);
  });

  it("answers 500 when it could not be stored, so that Telegram sends it again", async () => {
    const store = () => Promise.reject(new Error("database down"));
    const { url, logger } = await start({ webhooks: { telegram: { secret: SECRET, store } } });
    const answer = await post(`${url}/webhooks/telegram`, '{"update_id":1}', header);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("database");
    expect(logger.lines.at(-1)).toMatchObject({ level: "error" });
  });

  it.each([undefined, "", "x", `${SECRET}x`, SECRET.slice(1)])(
    "refuses the secret %j and stores nothing",
    async (given) => {
      let stored = 0;
      const store = async (): Promise<void> => {
        stored += 1;
      };
      const { url } = await start({ webhooks: { telegram: { secret: SECRET, store } } });
      const headers: Record<string, string> =
        given === undefined ? {} : { "X-Telegram-Bot-Api-Secret-Token": given };
      expect((await post(`${url}/webhooks/telegram`, "{}", headers)).status).toBe(401);
      expect(stored).toBe(0);
    },
  );

  it("does not exist while the bot polls", async () => {
    const { url } = await start();
    expect((await post(`${url}/webhooks/telegram`, "{}", header)).status).toBe(404);
  });
});

describe("provider webhooks", () => {
  it("hands provider and body over", async () => {
    const seen: unknown[] = [];
    const handle = async (provider: string, body: unknown) => {
      seen.push([provider, body]);
      return "accepted" as const;
    };
    const { url } = await start({ webhooks: { providers: { secrets: providerSecrets, handle } } });
    const answer = await post(`${url}/webhooks/providers/alpha/${SECRET}`, '{"activationId":5}');
    expect(answer.status).toBe(200);
    expect(seen).toEqual([["alpha", { activationId: 5 }]]);
  });

  it("looks the same for a wrong secret, an unknown provider and a path that does not exist", async () => {
    const handle = async () => "unknown_provider" as const;
    const { url } = await start({ webhooks: { providers: { secrets: providerSecrets, handle } } });
    const answers = await Promise.all([
      post(`${url}/webhooks/providers/alpha/wrong`, "{}"),
      post(`${url}/webhooks/providers/beta/${SECRET}`, "{}"),
      post(`${url}/webhooks/providers/constructor/${SECRET}`, "{}"),
      post(`${url}/webhooks/providers/nobody/${SECRET}`, "{}"),
      post(`${url}/webhooks/nothing`, "{}"),
    ]);
    const texts = await Promise.all(answers.map(async (answer) => `${answer.status} ${await answer.text()}`));
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain("404");
  });

  it("refuses what is not JSON, not understood or too large", async () => {
    const handle = async () => "unreadable" as const;
    const { url } = await start({ webhooks: { providers: { secrets: providerSecrets, handle } } });
    const path = `${url}/webhooks/providers/alpha/${SECRET}`;
    expect((await post(path, "{")).status).toBe(400);
    expect((await post(path, "{}")).status).toBe(400);
    expect((await post(path, JSON.stringify("x".repeat(70_000)))).status).toBe(413);
  });
});

describe("the Crypto Pay webhook", () => {
  it("verifies the raw bytes", async () => {
    const seen: string[] = [];
    const cryptoPay = async (body: Uint8Array, signature: string | undefined): Promise<boolean> => {
      seen.push(Buffer.from(body).toString("latin1"));
      return signature === "good";
    };
    const { url } = await start({ webhooks: { cryptoPay } });
    const bytes = Uint8Array.from(Buffer.from('{ "a" :  "\u00e9" }', "latin1"));
    const good = await post(`${url}/webhooks/crypto-pay`, bytes, { "crypto-pay-api-signature": "good" });
    const bad = await post(`${url}/webhooks/crypto-pay`, bytes, { "crypto-pay-api-signature": "bad" });
    expect([good.status, bad.status]).toEqual([200, 401]);
    expect(seen[0]).toBe('{ "a" :  "\u00e9" }');
  });
});
