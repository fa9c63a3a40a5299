import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createMetrics } from "../../src/http/metrics.ts";
import { PortInUseError } from "../../src/http/server.ts";
import { deferred } from "../support/deferred.ts";
import { createHttpServers, providerSecrets, WEBHOOK_SECRET as SECRET } from "../support/http-server.ts";

const { start, stopAll } = createHttpServers();
afterEach(stopAll);

function post(url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  return fetch(url, { method: "POST", body, headers });
}

/** Everything that comes back on a raw connection until it ends. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("error", () => resolve(answer));
    socket.on("close", () => resolve(answer));
  });
}

describe("health", () => {
  it("says that it is alive", async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/healthz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: "ok" });
  });

  it("is ready when database, Telegram and a provider answer", async () => {
    const { url, adminUrl } = await start();
    const bare = await fetch(`${url}/readyz`);
    expect([bare.status, await bare.text()]).toEqual([200, ""]);
    const answer = await fetch(`${adminUrl}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      ready: true,
      checks: { database: "ok", telegram: "ok", providers: "ok" },
    });
  });

  it.each([
    ["database", { pingDatabase: () => Promise.reject(new Error("postgres://u:secret@db")) }],
    [
      "telegram",
      { askTelegram: () => Promise.reject(new Error("https://api.telegram.org/bot1:secret/getMe")) },
    ],
    ["providers", { providerStates: async () => [] }],
    ["providers", { providerStates: async () => [{ state: "open" as const, failures: 0 }] }],
    ["providers", { providerStates: async () => [{ state: "closed" as const, failures: 2 }] }],
  ])("is not ready without %s, says so and tells no secret", async (name, ready) => {
    const { url, adminUrl } = await start({ ready });
    const bare = await fetch(`${url}/readyz`);
    expect([bare.status, await bare.text()]).toEqual([503, ""]);
    const answer = await fetch(`${adminUrl}/readyz`);
    expect(answer.status).toBe(503);
    const text = await answer.text();
    expect(text).not.toContain("secret");
    const report: { ready: boolean; checks: Record<string, string> } = JSON.parse(text);
    expect(report.ready).toBe(false);
    expect(Object.keys(report.checks).filter((check) => report.checks[check] !== "ok")).toEqual([name]);
  });

  it("asks Telegram once a minute, however often it is asked itself, and sooner after a failure", async () => {
    let asked = 0;
    let isDown = false;
    const askTelegram = async (): Promise<void> => {
      asked += 1;
      if (isDown) throw new Error("down");
    };
    const { url, clock } = await start({ ready: { askTelegram } });
    await Promise.all(Array.from({ length: 10 }, () => fetch(`${url}/readyz`)));
    expect(asked).toBe(1);
    isDown = true;
    await clock.advance(59_000);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await clock.advance(1000);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    isDown = false;
    await clock.advance(5000);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(asked).toBe(3);
  });

  it("answers although a check hangs", async () => {
    const { url, clock } = await start({ ready: { pingDatabase: () => new Promise(() => undefined) } });
    const asked = fetch(`${url}/readyz`);
    let isAnswered = false;
    const answered = asked.then((answer) => {
      isAnswered = true;
      return answer;
    });
    await expect
      .poll(async () => {
        await clock.advance(3000);
        return isAnswered;
      })
      .toBe(true);
    expect((await answered).status).toBe(503);
  });
});

describe("the two ports", () => {
  it("keep metrics and details from the world, and webhooks from the operator's port", async () => {
    const store = async (): Promise<void> => undefined;
    const { url, adminUrl } = await start({ webhooks: { telegram: { secret: SECRET, store } } });
    const status = async (address: string, init?: RequestInit): Promise<number> =>
      (await fetch(address, init)).status;
    expect(await status(`${url}/metrics`)).toBe(404);
    for (const path of ["/healthz", "/", "/webhooks/telegram", `/webhooks/providers/alpha/${SECRET}`]) {
      expect([path, await status(`${adminUrl}${path}`)]).toEqual([path, 404]);
      expect([path, await status(`${adminUrl}${path}`, { method: "POST", body: "{}" })]).toEqual([path, 404]);
    }
  });
});

describe("metrics", () => {
  it("speaks Prometheus text", async () => {
    const { adminUrl, metrics } = await start();
    metrics.providerRequest({
      provider: "alpha",
      operation: "buy",
      method: "GET",
      status: 200,
      durationMs: 80,
      error: null,
    });
    metrics.telegramCall({ method: "sendMessage", status: 429, durationMs: 20 });
    metrics.update("done", 3);
    metrics.message("sent");
    metrics.gauge({
      name: "numstore_orders",
      help: "Open orders",
      label: "state",
      read: async () => new Map([["waiting", 4]]),
    });
    metrics.gauge({ name: "numstore_broken", help: "x", read: () => Promise.reject(new Error("down")) });
    const answer = await fetch(`${adminUrl}/metrics`);
    expect(answer.headers.get("content-type")).toContain("text/plain");
    const text = await answer.text();
    expect(text).toContain(
      'numstore_provider_request_seconds_count{provider="alpha",operation="buy",outcome="200"} 1',
    );
    expect(text).toContain('numstore_telegram_call_seconds_count{method="sendMessage",status="429"} 1');
    expect(text).toContain('numstore_orders{state="waiting"} 4');
    expect(text).toContain('numstore_outbox_messages_total{outcome="sent"} 1');
  });

  it("belongs to its shop: two in one process share nothing", async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.message("sent");
    expect(await two.registry.metrics()).not.toContain('outcome="sent"');
  });
});

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

describe("a hostile network", () => {
  it("survives malformed requests", async () => {
    const { url, port } = await start({ server: { requestTimeoutMs: 300 } });
    const nonsense = [
      "\r\n\r\n",
      "GET\r\n\r\n",
      "\u0000\u0001\u0002\r\n\r\n",
      "GET http://[::bad HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ];
    for (const text of nonsense) await raw(port, text);
    await raw(port, `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(20_000)}\r\n\r\n`);
    await raw(port, `GET /%ff%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("cuts a client off that sends its body drop by drop", async () => {
    const { port, url } = await start({ server: { requestTimeoutMs: 300 } });
    const answer = await raw(
      port,
      `POST /webhooks/providers/alpha/${SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{`,
    );
    expect(answer).not.toContain("200 OK");
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("stops reading a body that is longer than it said", async () => {
    const { port } = await start();
    const chunk = `${(65_536).toString(16)}\r\n${"x".repeat(65_536)}\r\n`;
    const head = `POST /webhooks/providers/alpha/${SECRET} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
    expect(await raw(port, `${head}${chunk}${chunk}0\r\n\r\n`)).toContain("413");
  });

  it("takes only so many connections", async () => {
    const { port } = await start({ server: { maxConnections: 3 } });
    const sockets: Socket[] = [];
    let closed = 0;
    for (let i = 0; i < 6; i += 1) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      socket.on("close", () => {
        closed += 1;
      });
      sockets.push(socket);
    }
    await expect.poll(() => closed).toBe(3);
    for (const socket of sockets) socket.destroy();
  });
});

describe("starting and stopping", () => {
  it("names PORT when somebody else listens there", async () => {
    const { port } = await start();
    const second = start({ server: { port } });
    await expect(second).rejects.toBeInstanceOf(PortInUseError);
    await expect(second).rejects.toThrow(/set PORT /);
    await expect(start({ admin: { port } })).rejects.toThrow(/set ADMIN_PORT /);
  });

  it("finishes requests in hand, takes no new ones, and then is gone", async () => {
    const commit = deferred<"accepted">();
    const asked = deferred<void>();
    const handle = (): Promise<"accepted"> => {
      asked.resolve();
      return commit.promise;
    };
    const { url, server } = await start({ webhooks: { providers: { secrets: providerSecrets, handle } } });
    const answer = post(`${url}/webhooks/providers/alpha/${SECRET}`, "{}");
    await asked.promise;
    const stopped = server.stop();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    commit.resolve("accepted");
    expect((await answer).status).toBe(200);
    await stopped;
  });

  it("cuts what does not finish in time", async () => {
    const asked = deferred<void>();
    const handle = (): Promise<"accepted"> => {
      asked.resolve();
      return new Promise(() => undefined);
    };
    const { url, server } = await start({
      webhooks: { providers: { secrets: providerSecrets, handle } },
      server: { drainMs: 50 },
    });
    const answer = post(`${url}/webhooks/providers/alpha/${SECRET}`, "{}");
    const failed = expect(answer).rejects.toThrow();
    await asked.promise;
    await server.stop();
    await failed;
  });
});
