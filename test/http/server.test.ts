import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { PortInUseError } from "../../src/http/server.ts";
import { deferred } from "../support/deferred.ts";
import { createHttpServers, providerSecrets, WEBHOOK_SECRET as SECRET } from "../support/http-server.ts";

const { start, stopAll } = createHttpServers();
afterEach(stopAll);

function post(url: string, body: string) {
  return fetch(url, { method: "POST", body });
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
