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
  readonly scale: TimeScale;
  /** Where its log lines go; a file descriptor. */
  readonly log: number;
  readonly crashAt?: string;
  readonly crashHit?: number;
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
}

/** Starts one replica of the shop in a process of its own, which dies with this one. */
export function startReplica(options: ReplicaOptions): Replica {
  const { env, scale, crashAt, crashHit = 1 } = options;
  const child = spawn(process.execPath, [options.script], {
    env: {
      PATH: process.env.PATH ?? "",
      ...env,
      PORT: "0",
      ADMIN_PORT: "0",
      SOAK_ANCHOR_MS: String(scale.anchorMs),
      SOAK_SPEED: String(scale.speed),
      ...(crashAt !== undefined && { CRASH_AT: crashAt, CRASH_HIT: String(crashHit) }),
    },
    stdio: ["ignore", options.log, options.log, "ipc"],
  });
  const ended = once(child, "exit").then(() => child.signalCode);
  let port: number | undefined;
  const opened = Promise.race([
    once(child, "message").then(([message]) => {
      port = openSchema.parse(message).port;
      return port;
    }),
    ended.then(() => undefined),
  ]);
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    opened,
    ended,
    isOpen: () => port !== undefined && isAlive(),
    isAlive,
    kill: () => kill(child, ended),
  };
}

async function kill(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill("SIGKILL");
  await ended;
}
