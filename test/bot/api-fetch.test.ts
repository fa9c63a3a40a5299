import { Api, GrammyError, HttpError, InputFile } from "grammy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PretendTelegram, startPretendTelegram } from "../../sandbox/telegram/index.ts";
import { type ApiCall, createApiFetch } from "../../src/bot/api-fetch.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";

let clock: TestClock;
let telegram: PretendTelegram;
let api: Api;
let calls: ApiCall[];

beforeEach(async () => {
  clock = createTestClock();
  telegram = await startPretendTelegram({ clock });
  calls = [];
  const fetch = createApiFetch({ clock, onCall: (call) => calls.push(call) });
  api = new Api(telegram.token, { apiRoot: telegram.apiRoot, fetch });
});

afterEach(async () => {
  await telegram.close();
});

function flood(retryAfter: number, times: number, method = "getMe"): void {
  telegram.faults.add({
    method,
    times,
    action: {
      kind: "status",
      status: 429,
      description: `Too Many Requests: retry after ${retryAfter}`,
      retryAfter,
    },
  });
}

/** Lets the call get its answer and go to sleep, then moves time on; as often as it takes. */
async function withTime<T>(call: Promise<T>): Promise<T> {
  let isDone = false;
  const done = call.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await clock.advance(1000);
  }
  return await done;
}

describe("calls to Telegram", () => {
  it("sit out a short flood wait", async () => {
    flood(2, 1);
    const me = await withTime(api.getMe());
    expect(me.username).toBe("numstore_bot");
    expect(calls.map(({ status }) => status)).toEqual([429, 200]);
  });

  it("leave a long flood wait to the caller", async () => {
    flood(30, 1);
    await expect(api.getMe()).rejects.toMatchObject({ error_code: 429, parameters: { retry_after: 30 } });
    expect(calls).toHaveLength(1);
  });

  it("do not send a file a second time: what was sent of it is gone", async () => {
    flood(1, 1, "sendDocument");
    const file = new InputFile(async function* () {
      yield new TextEncoder().encode("a,b");
    }, "orders.csv");
    await expect(api.sendDocument(1, file)).rejects.toMatchObject({ error_code: 429 });
    expect(calls).toHaveLength(1);
  });

  it("give up after a few short waits", async () => {
    flood(1, 10);
    const failed = withTime(api.getMe().catch((error: unknown) => error));
    expect(await failed).toBeInstanceOf(GrammyError);
    expect(calls).toHaveLength(3);
  });

  it("can be aborted from outside", async () => {
    telegram.faults.add({ method: "getMe", action: { kind: "hang" } });
    const abort = new AbortController();
    const call = createApiFetch({ clock })(`${telegram.apiRoot}/bot${telegram.token}/getMe`, {
      signal: abort.signal,
    });
    abort.abort();
    await expect(call).rejects.toThrow("getMe: aborted");
  });

  it.each([
    ["a dropped connection", { kind: "drop_before" }],
    ["a page instead of an answer", { kind: "html", status: 502 }],
  ] as const)("never show the token in an error: %s", async (_name, action) => {
    telegram.faults.add({ method: "getMe", action });
    const error: unknown = await api.getMe().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HttpError);
    const inner = error instanceof HttpError ? String(error.error) : "";
    expect(`${String(error)} ${inner}`).not.toContain(telegram.token);
  });

  it("never show the token when the address itself is wrong", async () => {
    const fetch = createApiFetch({ clock });
    const broken = new Api(telegram.token, { apiRoot: "http://not a host", fetch });
    const error: unknown = await broken.getMe().catch((thrown: unknown) => thrown);
    const inner = error instanceof HttpError ? String(error.error) : "";
    expect(`${String(error)} ${inner}`).not.toContain(telegram.token);
    expect(inner).toContain("no answer");
  });
});
