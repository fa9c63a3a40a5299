import type { Clock } from "../../src/core/clock.ts";
import { messageOf } from "../../src/core/errors.ts";
import type { Database } from "../../src/db/client.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import type { Terminal, TerminalLine } from "../page/ports.ts";
import { type ClientScript, clientScripts, type ProviderClient } from "./clients.ts";

export interface TerminalDeps {
  readonly clock: Clock;
  readonly db: Database;
  /** Of the shop's own port. */
  readonly address: string;
}

const POLL_MS = 1_000;
const MAX_POLLS = 1_500;
const GIFT_MICROS = 5_000_000n;

/** Runs a published client against the shop, step by step, as a reseller's program would. */
export function createTerminal(deps: TerminalDeps): Terminal {
  return {
    clients: clientScripts.map(({ id, label }) => ({ id, label })),
    async run({ client: id, key, userId, print, signal }) {
      const script = clientScripts.find((each) => each.id === id);
      if (!script) throw new Error("there is no such client");
      await giveMoney(deps, userId);
      const address = `${deps.address}/stubs/handler_api.php`;
      for (const text of script.setUp) print({ kind: "asked", text });
      try {
        await buyOne(deps, script, script.connect(address, key), { print, signal });
      } catch (error) {
        // What a client throws is its own word for the shop's answer.
        print({ kind: "failed", text: failureOf(error) });
      }
    },
  };
}

/** Once a reseller, so that there is something to buy with. */
async function giveMoney({ clock, db }: TerminalDeps, userId: number): Promise<void> {
  const buyer = await db
    .selectFrom("buyers")
    .select("id")
    .where("telegram_id", "=", BigInt(userId))
    .executeTakeFirst();
  // Nobody without a chat has a key either.
  if (!buyer) return;
  const gift = { key: `demo reseller ${userId}`, buyerId: buyer.id, amountMicros: GIFT_MICROS };
  await adjust(db, {
    ...gift,
    actor: "demo",
    reason: "so that there is something to buy with",
    at: clock.now(),
  });
}

interface Run {
  readonly print: (line: TerminalLine) => void;
  readonly signal: AbortSignal;
}

async function buyOne(
  { clock }: TerminalDeps,
  script: ClientScript,
  client: ProviderClient,
  run: Run,
): Promise<void> {
  const step = async <Result>(
    call: string,
    work: Promise<Result>,
    show: (result: Result) => string,
  ): Promise<Result> => {
    run.print({
      kind: "asked",
      text: script.id === "curl" ? `curl "$SHOP?api_key=$KEY&${call}"` : `await client.${call}`,
    });
    const result = await work;
    run.print({ kind: "answered", text: show(result) });
    return result;
  };
  const isCurl = script.id === "curl";
  await step(isCurl ? "action=getBalance" : "getBalance()", client.balance(), (text) => text);
  if (client.price) {
    const call = isCurl
      ? "action=getPrices&service=wa&country=16"
      : `getPrices({ service: "wa", country: 16 })`;
    await step(call, client.price(), (text) => text);
  }
  const buying = isCurl ? "action=getNumber&service=wa&country=16" : `getNumber("wa", 16)`;
  const { id, phone } = await step(
    buying,
    client.buy(),
    (bought) => `order ${bought.id}, number +${bought.phone}`,
  );
  const asking = isCurl ? `action=getStatus&id=${id}` : `getStatus(${id})`;
  run.print({ kind: "asked", text: `${asking}  // every second for +${phone}` });
  const code = await waitForCode(clock, () => client.code(id), run.signal);
  if (code === null) return run.print({ kind: "failed", text: "no code came" });
  run.print({ kind: "answered", text: `code ${code}` });
  await step(
    isCurl ? `action=setStatus&id=${id}&status=6` : `setStatus(${id}, 6)`,
    client.finish(id),
    String,
  );
  run.print({ kind: "answered", text: "Done: bought, delivered, finished." });
}

/** Null: none came before its order ended, or nobody waits any more. */
async function waitForCode(
  clock: Clock,
  ask: () => Promise<string | null>,
  signal: AbortSignal,
): Promise<string | null> {
  for (let poll = 0; poll < MAX_POLLS && !signal.aborted; poll += 1) {
    const code = await ask();
    if (code !== null) return code;
    await clock.sleep(POLL_MS, signal);
  }
  return null;
}

function failureOf(error: unknown): string {
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  return `${name}${messageOf(error)}`;
}
