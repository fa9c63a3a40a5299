import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { z } from "zod";

/**
 * A process of its own that polls orders as resellers' tools do: each once a second, over connections that are kept.
 * BENCH_POLL is JSON: `url`, the `keys` with their `numbers`, and for how many `seconds`. Prints each latency, in microseconds.
 */
const schema = z.object({
  url: z.url(),
  seconds: z.number().positive(),
  keys: z.array(z.object({ key: z.string(), numbers: z.array(z.number().int()) })),
});

const EVERY_MS = 1_000;
/** A reseller's tool keeps a few connections. */
const SOCKETS_A_KEY = 4;
const WAITING = "STATUS_WAIT_CODE";

type Poll = (number: number) => Promise<void>;

function createPoll(url: string, key: string, onAnswer: (latencyMs: number, isRight: boolean) => void): Poll {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_A_KEY });
  return (number) =>
    new Promise((resolve) => {
      const query = new URLSearchParams({ api_key: key, action: "getStatus", id: String(number) });
      const startedAt = performance.now();
      const end = (isRight: boolean): void => {
        onAnswer(performance.now() - startedAt, isRight);
        resolve();
      };
      const asking = request(`${url}/stubs/handler_api.php?${query}`, { agent }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => end(text === WAITING));
      });
      asking.on("error", () => end(false));
      asking.end();
    });
}

async function main(): Promise<void> {
  const { url, seconds, keys } = schema.parse(JSON.parse(process.env.BENCH_POLL ?? ""));
  const latencies: number[] = [];
  let wrong = 0;
  const onAnswer = (latencyMs: number, isRight: boolean): void => {
    latencies.push(Math.round(latencyMs * 1_000));
    if (!isRight) wrong += 1;
  };
  const orders = keys.flatMap(({ key, numbers }) => {
    const poll = createPoll(url, key, onAnswer);
    return numbers.map((number) => () => poll(number));
  });
  const startedAt = performance.now();
  // Clients do not wait for each other: the polls are spread over the second, and each order keeps its own.
  const loops = orders.map(async (poll, index) => {
    let dueAt = startedAt + (index * EVERY_MS) / orders.length;
    while (dueAt - startedAt < seconds * 1_000) {
      const waitMs = dueAt - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      await poll();
      dueAt = Math.max(dueAt + EVERY_MS, performance.now());
    }
  });
  await Promise.all(loops);
  process.stdout.write(`${JSON.stringify({ latencies, wrong })}\nend\n`, () => process.exit(0));
}

await main();
