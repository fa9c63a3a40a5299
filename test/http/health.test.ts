import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpServers, WEBHOOK_SECRET } from "../support/http-server.ts";

const { start, stopAll } = createHttpServers();
afterEach(stopAll);

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
    ["database", { writeToDatabase: () => Promise.reject(new Error("postgres://u:secret@db")) }],
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
    const { url, clock } = await start({ ready: { writeToDatabase: () => new Promise(() => undefined) } });
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
    const { url, adminUrl } = await start({ webhooks: { telegram: { secret: WEBHOOK_SECRET, store } } });
    const status = async (address: string, init?: RequestInit): Promise<number> =>
      (await fetch(address, init)).status;
    expect(await status(`${url}/metrics`)).toBe(404);
    const hook = `/webhooks/providers/alpha/${WEBHOOK_SECRET}`;
    for (const path of ["/healthz", "/", "/webhooks/telegram", hook]) {
      expect([path, await status(`${adminUrl}${path}`)]).toEqual([path, 404]);
      expect([path, await status(`${adminUrl}${path}`, { method: "POST", body: "{}" })]).toEqual([path, 404]);
    }
  });

  it("answers a balancer that speaks HTTP/1.0 and names no host", async () => {
    const { port } = await start();
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("GET /readyz HTTP/1.0\r\n\r\n"));
      socket.once("data", (chunk) => resolve(chunk.toString()));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("is not ready while it stops, and gives a balancer that asked lately three seconds to hear it", async () => {
    const { url, adminUrl, clock, readiness } = await start();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    let isOver = false;
    const closing = readiness.close().then(() => {
      isOver = true;
    });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect(await (await fetch(`${adminUrl}/readyz`)).json()).toEqual({
      ready: false,
      checks: { shop: "stops" },
    });
    expect(isOver).toBe(false);
    await clock.advance(3_000);
    await closing;
  });

  it("stops at once when nobody has asked for a while whether it is ready", async () => {
    const { url, clock, readiness } = await start();
    await fetch(`${url}/readyz`);
    await clock.advance(5_001);
    await readiness.close();
  });
});
