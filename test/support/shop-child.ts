import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { killAll } from "./embedded.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_TIMEOUT_MS = 45_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The shop, or one of its commands, as an operator starts it: a process of its own. */
export interface ShopChild {
  readonly pid: number;
  /** Everything that it wrote so far. */
  output(): string;
  /** Resolves when its output contains the text; rejects when it ends before, or with real time. */
  says(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL for it and all that it started, PostgreSQL in its session of its own included. */
  killEverything(): Promise<void>;
}

/** Starts `node --import tsx src/<script>` with these variables and none of the tests' own. */
export function startScript(
  script: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): ShopChild {
  return startNode(["--import", "tsx", `src/${script}`, ...args], env);
}

/** Starts `node <words>` in `directory` with these variables and none of the tests' own. */
export function startNode(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  directory = ROOT,
): ShopChild {
  const child = spawn(process.execPath, words, {
    cwd: directory,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
  });
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, "close").then(
    ([code, signal]: unknown[]): Ended => ({
      code: typeof code === "number" ? code : null,
      signal: typeof signal === "string" ? (signal as NodeJS.Signals) : null,
    }),
  );
  const pid = child.pid ?? 0;
  return {
    pid,
    output: () => output,
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          listeners.delete(look);
          clearTimeout(timer);
          finish();
        };
        const look = (): void => {
          if (output.includes(text)) settle(resolve);
        };
        const give = (why: string) => (): void =>
          settle(() => reject(new Error(`${why} without “${text}”: ${output.slice(-2_000)}`)));
        const timer = setTimeout(give("time is up"), START_TIMEOUT_MS);
        listeners.add(look);
        void ended.then(give("it ended"));
        look();
      }),
    signal: (name) => void process.kill(pid, name),
    async killEverything() {
      kill(-pid);
      if (env.DATA_DIR !== undefined) await killAll(env.DATA_DIR);
      await ended;
    },
  };
}

/** The shop, once it is open. */
export async function startShopChild(
  env: Readonly<Record<string, string>>,
): Promise<ShopChild & { readonly url: string; readonly adminUrl: string }> {
  const child = startScript("main.ts", { PORT: "0", ADMIN_PORT: "0", ...env });
  await child.says("Numstore is open");
  const line = /"port":(\d+),"adminPort":(\d+)[^\n]*Numstore is open/.exec(child.output());
  const at = (port: string | undefined): string => `http://127.0.0.1:${port}`;
  return { ...child, url: at(line?.[1]), adminUrl: at(line?.[2]) };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
