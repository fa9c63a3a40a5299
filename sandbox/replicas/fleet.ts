import { readFile } from "node:fs/promises";
import { freePorts } from "./free-ports.ts";
import { startTied, type TiedProcess, untilUp } from "./tied-process.ts";

/** Several replicas of the shop, each at a port of its own that it keeps when it is started again. */
export interface Fleet {
  readonly ports: readonly number[];
  /** Starts those that are not running; resolves when their /readyz says 200. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(place: number): Promise<void>;
  /** SIGSTOP: it stands still where it is, until `resume`. */
  pause(place: number): void;
  resume(place: number): void;
  /** SIGTERM; resolves when it is gone. */
  end(place: number): Promise<void>;
  /** CPU time that the replica has used since its start, in milliseconds. */
  cpuMs(place: number): Promise<number>;
  stop(): Promise<void>;
}

/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/** `env` is asked at each start. `script`: the bundled shop. */
export async function createFleet(
  size: number,
  options: {
    readonly script: string;
    readonly env: () => Readonly<Record<string, string>>;
    readonly log: number;
  },
): Promise<Fleet> {
  const { script, log } = options;
  const reserved = await freePorts(size * 2);
  const ports = reserved.slice(0, size);
  const running: (TiedProcess | undefined)[] = ports.map(() => undefined);

  async function startOne(place: number): Promise<void> {
    if (running[place]?.isAlive()) return;
    const port = String(ports[place]);
    const env = { ...options.env(), PORT: port, ADMIN_PORT: String(reserved[size + place]) };
    const started = await startTied({ program: process.execPath, args: [script], env, log });
    running[place] = started;
    await untilUp(started, `replica ${place + 1}`, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
      if (answer.status !== 200) throw new Error(`/readyz says ${answer.status}`);
    });
  }

  return {
    ports,
    start: async () => void (await Promise.all(ports.map((_, place) => startOne(place)))),
    kill: async (place) => await running[place]?.kill(),
    pause: (place) => running[place]?.signal("SIGSTOP"),
    resume: (place) => running[place]?.signal("SIGCONT"),
    async end(place) {
      running[place]?.signal("SIGTERM");
      await running[place]?.ended;
    },
    async cpuMs(place) {
      const text = await readFile(`/proc/${running[place]?.pid}/stat`, "utf8");
      // Fields 14 and 15 (proc(5)), counted after the name, which may hold spaces.
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    },
    stop: async () => void (await Promise.all(running.map((one) => one?.kill()))),
  };
}
