import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { ProviderError } from "../../../src/providers/port/provider-error.ts";
import type { RequestRecord } from "../../../src/providers/transport/gate.ts";
import { createProviderHttp, type HttpRequest, retryAfterMs } from "../../../src/providers/transport/http.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestLogger } from "../../support/logger.ts";
import { createOpenGate } from "../../support/open-gate.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(handler: RequestListener): Promise<{ origin: string; server: Server }> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return { origin: `http://127.0.0.1:${address.port}`, server };
}

function client(timeoutMs = 1000) {
  const penalties: number[] = [];
  const records: RequestRecord[] = [];
  const logger = createTestLogger();
  const gate = createOpenGate(async (ms) => void penalties.push(ms));
  const http = createProviderHttp({
    provider: "alpha",
    gate,
    clock: createTestClock(),
    logger,
    timeoutMs,
    onRequest: (record) => records.push(record),
  });
  return { http, penalties, records, logger, gate };
}

function get(origin: string, overrides: Partial<HttpRequest> = {}): HttpRequest {
  const url = new URL("/api?api_key=SECRET-KEY", origin);
  return { operation: "buy", method: "GET", url, priority: "purchase", ...overrides };
}

async function failure(call: Promise<unknown>): Promise<ProviderError> {
  const outcome = await call.catch((error: unknown) => error);
  if (!(outcome instanceof ProviderError))
    throw new Error(`expected a ProviderError, got ${inspect(outcome)}`);
  return outcome;
}

describe("one request to a provider", () => {
  it("sends method, headers and JSON as given and hands back status, headers and text", async () => {
    const seen: unknown[] = [];
    const { origin } = await listen(async (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      seen.push([request.method, request.headers["x-key"], Buffer.concat(chunks).toString()]);
      response.writeHead(402, { "x-a": "b" }).end("{}");
    });
    const request = get(origin, { method: "POST", headers: { "x-key": "k" }, body: { ünï: 1 } });
    const answer = await client().http.request(request);
    expect(seen).toEqual([["POST", "k", '{"ünï":1}']]);
    expect([answer.status, answer.headers.get("x-a"), answer.text]).toEqual([402, "b", "{}"]);
  });

  it("records operation, priority, status and failure, and never the address", async () => {
    const { origin } = await listen((_request, response) => void response.end("ok"));
    const { http, records, logger } = client();
    await http.request(get(origin));
    const asked = { provider: "alpha", operation: "buy", priority: "purchase", method: "GET" };
    expect(records).toEqual([{ ...asked, status: 200, durationMs: 0, error: null }]);
    expect(inspect(logger.lines, { depth: 9 })).not.toContain("SECRET-KEY");
  });

  it("follows no redirect", async () => {
    let hits = 0;
    const { origin } = await listen((_request, response) => {
      hits += 1;
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    expect(await failure(client().http.request(get(origin)))).toMatchObject({
      kind: "garbage",
      definite: false,
    });
    expect(hits).toBe(1);
  });

  it("is definite about a request that was never sent: closed port, unknown name, bad header, bad certificate", async () => {
    const { origin, server } = await listen((_request, response) => void response.end());
    const { port } = new URL(origin);
    const { http } = client();
    const cases = [
      get("http://name.invalid"),
      get(origin, { headers: { "x-key": "line\nbreak SECRET-KEY" } }),
      // Plain HTTP behind an https address: the handshake fails before a byte of the request is written.
      get(`https://127.0.0.1:${port}`),
    ];
    for (const request of cases) {
      const error = await failure(http.request(request));
      expect(error).toMatchObject({ kind: "unreachable", definite: true });
      expect(inspect(error, { depth: 9 })).not.toContain("SECRET-KEY");
    }
    await new Promise((resolve) => server.close(resolve));
    expect(await failure(http.request(get(origin)))).toMatchObject({ kind: "unreachable", definite: true });
  });

  it("opens a connection of its own for a purchase, so that a closed one cannot put it in doubt", async () => {
    const ports: (number | undefined)[] = [];
    const { origin } = await listen((request, response) => {
      ports.push(request.socket.remotePort);
      response.end("ok");
    });
    const { http } = client();
    await http.request(get(origin, { priority: "poll" }));
    await http.request(get(origin, { priority: "poll" }));
    await http.request(get(origin));
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[0]);
  });

  it.each([
    ["silence", "timeout", () => undefined],
    ["a reset", "unavailable", (response: ServerResponse) => void response.destroy()],
    [
      "a body that stops",
      "timeout",
      (response: ServerResponse) => void response.writeHead(200, { "content-length": "100" }).write("{"),
    ],
    [
      "a body that is cut off",
      "garbage",
      (response: ServerResponse) =>
        void response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy()),
    ],
    [
      "a chunked body that is cut off",
      "garbage",
      (response: ServerResponse) => void response.writeHead(200).write("{", () => response.destroy()),
    ],
  ])("is in doubt after %s", async (_name, kind, act) => {
    let hits = 0;
    const { origin } = await listen((_request, response) => {
      hits += 1;
      act(response);
    });
    expect(await failure(client(300).http.request(get(origin)))).toMatchObject({ kind, definite: false });
    expect(hits).toBe(1);
  });

  const sendMiB = (count: number) =>
    listen((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, "x");
      for (let index = 0; index < count; index += 1) response.write(chunk);
      response.end();
    });
  const tooLarge = { kind: "garbage", definite: false, reason: "HTTP 200, body too large" };

  it("reads a price list as long as the longest known, 9 MB, and none without end", async () => {
    const list = await sendMiB(9);
    const answer = await client(5000).http.request({ ...get(list.origin), operation: "prices" });
    expect(answer.text).toHaveLength(9 * 1024 * 1024);
    const endless = await sendMiB(17);
    const call = client(5000).http.request({ ...get(endless.origin), operation: "prices" });
    expect(await failure(call)).toMatchObject(tooLarge);
  });

  it.each(["buy", "check"])("reads no more than 1 MiB of an answer to %s", async (operation) => {
    const { origin } = await sendMiB(2);
    const call = client(5000).http.request({ ...get(origin), operation });
    expect(await failure(call)).toMatchObject(tooLarge);
  });

  it("tells the gate what the supplier asked for, and is definite unless a page says it", async () => {
    let body = "{}";
    const headers: Record<string, string> = { "retry-after": "7" };
    const { origin } = await listen((_request, response) => void response.writeHead(429, headers).end(body));
    const { http, penalties } = client();
    const first = await failure(http.request(get(origin)));
    expect(first).toMatchObject({ kind: "rate_limited", definite: true, retryAfterMs: 7000 });
    headers["retry-after"] = "Sun, 01 Mar 2026 12:00:30 GMT";
    body = "<html>slow down</html>";
    expect(await failure(http.request(get(origin)))).toMatchObject({ kind: "rate_limited", definite: false });
    expect(penalties).toEqual([7000, 30_000]);
  });

  it("asks the gate first, and sends nothing when it says no or is broken", async () => {
    let hits = 0;
    const { origin } = await listen((_request, response) => {
      hits += 1;
      response.end();
    });
    const { http, gate } = client();
    const tooLate = new ProviderError({
      provider: "alpha",
      kind: "rate_limited",
      definite: true,
      reason: "full",
    });
    for (const [thrown, kind] of [
      [tooLate, "rate_limited"],
      [new Error("no database"), "unreachable"],
    ] as const) {
      gate.acquire = () => Promise.reject(thrown);
      expect(await failure(http.request(get(origin)))).toMatchObject({ kind, definite: true });
    }
    expect(hits).toBe(0);
  });
});

it("reads Retry-After as seconds or as a date, within bounds", () => {
  const now = new Date("2026-03-01T12:00:00Z");
  expect(retryAfterMs("7", now)).toBe(7000);
  expect(retryAfterMs("0", now)).toBe(1000);
  expect(retryAfterMs("86400", now)).toBe(300_000);
  expect(retryAfterMs("Sun, 01 Mar 2026 12:01:00 GMT", now)).toBe(60_000);
  expect(retryAfterMs("Sun, 01 Mar 2020 12:01:00 GMT", now)).toBe(1000);
  for (const header of [null, "", "soon", "-5x", "1e3"]) expect(retryAfterMs(header, now)).toBeUndefined();
});

describe("a purchase whose process stood still while it waited for the request budget", () => {
  it("is not made any more, and certainly not: what became of it has been decided elsewhere", async () => {
    let asked = 0;
    const { origin } = await listen((_request, response) => {
      asked += 1;
      response.end("{}");
    });
    const clock = createTestClock();
    const acquire = async (): Promise<void> => void clock.advance(60_000);
    const reserve = () => Promise.reject(new Error("nothing is reserved here"));
    const gate = { acquire, reserve, penalise: async () => undefined };
    const http = createProviderHttp({ provider: "alpha", gate, clock, logger: createTestLogger() });
    const error = await failure(http.request(get(origin)));
    expect(error).toMatchObject({ kind: "rate_limited", definite: true, wasAsked: false });
    expect(asked).toBe(0);
    // Anything else may come late: it buys nothing.
    await http.request(get(origin, { operation: "check", priority: "poll" }));
    expect(asked).toBe(1);
  });
});
