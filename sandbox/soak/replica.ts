import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { z } from "zod";
import type { TimeScale } from "./scaled-clock.ts";

const openSchema = z.object({ port: z.number() });

export interface ReplicaOptions {
  /** What {@link bundleShop} made. */
  readonly script: string;
  /** The operator's variables, DATABASE_URL included. */
  readonly env: Readonly<Record<string, string>>;
  /** Left out where the script has a clock of another kind. */
  readonly scale?: TimeScale;
  /** Where its log lines go; a file descriptor. */
  readonly log: number;
}

export interface Replica {
  readonly pid: number;
  /** The port it serves; undefined when it ended before it was open. */
  readonly opened: Promise<number | undefined>;
  /** The signal that ended it, or null. */
  readonly ended: Promise<NodeJS.Signals | null>;
  isOpen(): boolean;
  isAlive(): boolean;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Sends a message to a script that answers such; resolves with the answer, or when it is gone. One at a time. */
  ask(question: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Starts one replica of the shop in a process of its own, which dies with this one. */
export function startReplica(options: ReplicaOptions): Replica {
  const { env, scale } = options;
  const child = spawn(process.execPath, [options.script], {
    env: {
      PATH: process.env.PATH ?? "",
      ...env,
      PORT: "0",
      ADMIN_PORT: "0",
      ...(scale && { SOAK_ANCHOR_MS: String(scale.anchorMs), SOAK_SPEED: String(scale.speed) }),
    },
    stdio: ["ignore", options.log, options.log, "ipc"],
  });
  const ended = once(child, "exit").then(() => child.signalCode);
  let port: number | undefined;
  let answered: (() => void) | undefined;
  const opened = new Promise<number | undefined>((resolve) => {
    child.on("message", (message) => {
      const open = openSchema.safeParse(message);
      if (!open.success) return answered?.();
      port = open.data.port;
      resolve(port);
    });
    void ended.then(() => resolve(undefined));
  });
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    opened,
    ended,
    isOpen: () => port !== undefined && isAlive(),
    isAlive,
    kill: () => kill(child, ended),
    ask: (question) =>
      new Promise((resolve) => {
        answered = resolve;
        void ended.then(() => resolve());
        // An error here means that it is dying.
        child.send(question, () => undefined);
      }),
  };
}

async function kill(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill("SIGKILL");
  await ended;
}
