import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebhookNetwork } from "../../src/reseller/webhooks/network.ts";

/** A reseller's server that takes every call. */
export interface WebhookReceiver {
  readonly url: string;
  /** The way to it: as in the shop, but for plain HTTP and this machine. */
  readonly network: WebhookNetwork;
  /** What the calls said, the oldest first. */
  readonly bodies: unknown[];
  close(): void;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    bodies.push(JSON.parse(body));
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://hook.example:${(server.address() as AddressInfo).port}/`,
    network: { resolve: async () => ["127.0.0.1"], isForbidden: () => false, protocols: ["http:"] },
    bodies,
    close: () => void server.close(),
  };
}
