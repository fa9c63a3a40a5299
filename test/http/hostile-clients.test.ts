import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { deferred } from "../support/deferred.ts";
import {
  createHttpServers,
  providerSecrets,
  type TestHttpServer,
  WEBHOOK_SECRET,
} from "../support/http-server.ts";

const { start, stopAll } = createHttpServers();
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await stopAll();
});

const hook = `/webhooks/providers/alpha/${WEBHOOK_SECRET}`;

/** A connection that says `text` and then nothing more. */
function open(port: number, text = ""): Socket {
  const socket = connect(port, "127.0.0.1", () => socket.write(text));
  // To be cut off is what these tests are about.
  socket.on("error", () => undefined);
  sockets.push(socket);
  return socket;
}

/** Everything that comes back on a connection until it ends. */
async function answerOn(socket: Socket): Promise<string> {
  const answer: string[] = [];
  socket.on("data", (chunk) => answer.push(chunk.toString()));
  await new Promise((resolve) => socket.once("close", resolve));
  return answer.join("");
}

/** Sends something for ever, as fast as it is taken (`everyMs` 0) or drop by drop. */
function sendForEver(socket: Socket, text: string, everyMs: number): void {
  const send = (): void => {
    if (socket.destroyed) return;
    const isTaken = socket.write(text);
    if (everyMs > 0) setTimeout(send, everyMs);
    else if (isTaken) setImmediate(send);
    else socket.once("drain", send);
  };
  socket.once("connect", send);
}

/** What a good client gets meanwhile: liveness, and a webhook with the right secret. */
async function goodRequests({ url }: TestHttpServer): Promise<readonly number[]> {
  const signal = AbortSignal.timeout(15_000);
  const alive = await fetch(`${url}/healthz`, { signal });
  const taken = await fetch(`${url}${hook}`, { method: "POST", body: "{}", signal });
  return [alive.status, taken.status];
}

describe("clients that take their time", () => {
  it("answers good requests while a thousand silent connections are held open", async () => {
    const shop = await start();
    const connected = Array.from({ length: 1000 }, () => {
      const socket = open(shop.port);
      return new Promise((resolve) => socket.once("connect", resolve));
    });
    await Promise.all(connected);
    expect(await goodRequests(shop)).toEqual([200, 200]);
  });

  it.each([
    ["headers", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: "],
    ["a body", `POST ${hook} HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n`],
    ["a chunked body", `POST ${hook} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n`],
  ])("cuts off clients that let %s drip, and answers others meanwhile", async (_name, head) => {
    const shop = await start({ server: { requestTimeoutMs: 500, maxConnections: 20 } });
    const slow = Array.from({ length: 30 }, () => {
      const socket = open(shop.port, head);
      sendForEver(socket, "x", 20);
      return answerOn(socket);
    });
    expect(await goodRequests(shop)).toEqual([200, 200]);
    for (const answer of await Promise.all(slow)) expect(answer).not.toContain("200 OK");
    expect(await goodRequests(shop)).toEqual([200, 200]);
  });

  it("keeps a request that is being answered when strangers crowd in, and turns away what is too much then", async () => {
    const answer = deferred<"accepted">();
    const asked = deferred<void>();
    const handle = (): Promise<"accepted"> => {
      asked.resolve();
      return answer.promise;
    };
    const server = { maxConnections: 1 };
    const { port, url } = await start({
      webhooks: { providers: { secrets: providerSecrets, handle } },
      server,
    });
    const taken = fetch(`${url}${hook}`, { method: "POST", body: "{}" });
    await asked.promise;
    await Promise.all(Array.from({ length: 5 }, () => answerOn(open(port))));
    answer.resolve("accepted");
    expect((await taken).status).toBe(200);
  });
});

describe("clients that send too much", () => {
  it("ends endless bodies on every path, whoever sends them, without keeping them", async () => {
    const stored: unknown[] = [];
    const store = async (update: unknown): Promise<void> => void stored.push(update);
    const cryptoPay = async (): Promise<boolean> => false;
    const shop = await start({ webhooks: { telegram: { secret: WEBHOOK_SECRET, store }, cryptoPay } });
    const cases = [
      [hook, "", 413],
      ["/webhooks/providers/alpha/wrong", "", 404],
      ["/webhooks/telegram", `X-Telegram-Bot-Api-Secret-Token: ${WEBHOOK_SECRET}\r\n`, 413],
      ["/webhooks/telegram", "", 401],
      ["/webhooks/crypto-pay", "", 413],
      ["/nothing", "", 404],
    ] as const;
    const before = process.memoryUsage().rss;
    const sending = cases.map(async ([path, header, status]) => {
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\n${header}Transfer-Encoding: chunked\r\n\r\n`;
      const socket = open(shop.port, head);
      sendForEver(socket, `10000\r\n${"x".repeat(0x10000)}\r\n`, 0);
      expect(await answerOn(socket)).toContain(`HTTP/1.1 ${status}`);
    });
    expect(await goodRequests(shop)).toEqual([200, 200]);
    await Promise.all(sending);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    expect(stored).toEqual([]);
  });

  it("refuses headers that are too long, or too many, before the routes see them", async () => {
    const shop = await start();
    const many = Array.from({ length: 5000 }, (_, index) => `X-${index}: y\r\n`).join("");
    for (const headers of [`X: ${"a".repeat(100_000)}\r\n`, many]) {
      const answer = await answerOn(open(shop.port, `GET /healthz HTTP/1.1\r\nHost: x\r\n${headers}\r\n`));
      expect(answer).toContain("431");
    }
    expect(await goodRequests(shop)).toEqual([200, 200]);
  });

  it("answers pipelined requests one by one, in their order", async () => {
    const { port } = await start();
    const request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    const last = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const answer = await answerOn(open(port, request.repeat(500) + last));
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual([
      ...Array.from({ length: 500 }, () => "HTTP/1.1 200"),
      "HTTP/1.1 404",
    ]);
  });
});

describe("bodies that are not what they should be", () => {
  const bomb = Uint8Array.from(gzipSync(Buffer.alloc(20 * 1024 * 1024, "[")));
  const cases: readonly [string, string | Uint8Array<ArrayBuffer>, Record<string, string>][] = [
    ["compressed", bomb, { "content-encoding": "gzip", "content-type": "application/json" }],
    ["nested without an end", "[".repeat(60_000), {}],
    ["a form", "a=1&b=2", { "content-type": "application/x-www-form-urlencoded" }],
    [
      "in no known encoding",
      Uint8Array.from([0xff, 0xfe, 0x00, 0xd8]),
      { "content-type": "text/plain; charset=x" },
    ],
    ["empty", "", {}],
  ];
  it.each(cases)("refuses a body that is %s", async (_name, body, headers) => {
    const shop = await start();
    const answer = await fetch(`${shop.url}${hook}`, { method: "POST", body, headers });
    expect(answer.status).toBe(400);
    expect(await goodRequests(shop)).toEqual([200, 200]);
  });

  it("survives JSON that is nested as deeply as fits", async () => {
    const shop = await start();
    const body = `${"[".repeat(32_000)}${"]".repeat(32_000)}`;
    expect((await fetch(`${shop.url}${hook}`, { method: "POST", body })).status).toBe(200);
    expect(await goodRequests(shop)).toEqual([200, 200]);
  });

  it("reads a right body whatever its content type says", async () => {
    const seen: unknown[] = [];
    const handle = async (_provider: string, body: unknown) => {
      seen.push(body);
      return "accepted" as const;
    };
    const { url } = await start({ webhooks: { providers: { secrets: providerSecrets, handle } } });
    const headers = { "content-type": "image/png" };
    expect((await fetch(`${url}${hook}`, { method: "POST", body: '{"id":1}', headers })).status).toBe(200);
    expect(seen).toEqual([{ id: 1 }]);
  });
});

describe("floods", () => {
  it("answers good requests in the middle of webhooks with wrong secrets, and logs none of those", async () => {
    const shop = await start();
    const flood = Array.from({ length: 400 }, (_, index) =>
      fetch(`${shop.url}/webhooks/providers/alpha/guess-${index}`, { method: "POST", body: "{}" }),
    );
    expect(await goodRequests(shop)).toEqual([200, 200]);
    const statuses = (await Promise.all(flood)).map((answer) => answer.status);
    expect(new Set(statuses)).toEqual(new Set([404]));
    expect(shop.logger.lines).toEqual([]);
  });

  it("reads the gauges, which query the database, once for all who ask within five seconds", async () => {
    const { adminUrl, metrics, clock } = await start();
    const value = deferred<number>();
    let reads = 0;
    const read = (): Promise<number> => {
      reads += 1;
      return value.promise;
    };
    const samples = (content: number) => [{ value: content }];
    metrics.readings.add({ name: "slow", read, gauges: [{ name: "numstore_slow", help: "x", samples }] });
    const asked = Array.from({ length: 50 }, () => fetch(`${adminUrl}/metrics`));
    await expect.poll(() => reads).toBe(1);
    // All fifty have arrived when a request that came after them is answered.
    await fetch(`${adminUrl}/nothing`);
    value.resolve(7);
    for (const answer of await Promise.all(asked)) expect(await answer.text()).toContain("numstore_slow 7");
    await fetch(`${adminUrl}/metrics`);
    expect(reads).toBe(1);
    await clock.advance(5_000);
    await fetch(`${adminUrl}/metrics`);
    expect(reads).toBe(2);
  });
});
