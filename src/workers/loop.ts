import { backoffMs } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { isConnectionLost } from "../db/transaction.ts";

const ERROR_BACKOFF = { baseMs: 1000, maxMs: 60_000 };
/** The cap is how late codes can be after the database was away. */
const OUTAGE_BACKOFF = { baseMs: 250, maxMs: 2_000 };

/** "again": there is more to do, take the next step at once. `pauseMs`: there will be after that time. */
export type StepResult = "again" | "idle" | { readonly pauseMs: number };

export interface LoopOptions {
  readonly name: string;
  /** Pause after a step that found nothing more to do. */
  readonly everyMs: number;
  /** One step. `signal` aborts when the loop is asked to stop: long waits should end, work in hand should finish. */
  readonly run: (signal: AbortSignal) => Promise<StepResult>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after a step failed; the failure is logged anyway. */
  readonly onError?: (error: unknown) => void;
}

/** How a loop does. */
export interface Pulse {
  readonly name: string;
  readonly everyMs: number;
  /** Since its last step that did not fail, or since it was started; 0: it is not running. */
  silentMs(): number;
}

export interface Loop extends Pulse {
  /** Itself: a loop can stand where several are asked for. */
  readonly loops: readonly Pulse[];
  start(): void;
  /** Ends the pause; during a step, the next step follows at once. The back-off after a failure is not shortened. */
  wake(): void;
  /** Resolves when the step in hand has ended. A stopped loop cannot be started again. */
  stop(): Promise<void>;
}

/**
 * Runs a step again and again, never two at a time; after a failure it backs off with jitter, up to a minute, or up to
 * two seconds while the database is away.
 */
export function createLoop(options: LoopOptions): Loop {
  const { clock, logger, name } = options;
  const stopping = new AbortController();
  let pause: AbortController | undefined;
  let isWoken = false;
  let isBackingOff = false;
  let running: Promise<void> | undefined;
  let succeededAtMs = 0;

  async function takeStep(failures: number): Promise<{ failures: number; pauseMs: number }> {
    isWoken = false;
    try {
      const result = await options.run(stopping.signal);
      succeededAtMs = clock.steadyMs();
      return { failures: 0, pauseMs: isWoken ? 0 : pauseAfter(result) };
    } catch (error) {
      const pauseMs = backoffMs(failures + 1, isConnectionLost(error) ? OUTAGE_BACKOFF : ERROR_BACKOFF);
      logger.error({ loop: name, failures: failures + 1, pauseMs, error }, "loop step failed");
      options.onError?.(error);
      return { failures: failures + 1, pauseMs };
    }
  }

  function pauseAfter(result: StepResult): number {
    if (result === "idle") return options.everyMs;
    return result === "again" ? 0 : result.pauseMs;
  }

  async function rest(pauseMs: number): Promise<void> {
    pause = new AbortController();
    await clock.sleep(pauseMs, pause.signal);
    pause = undefined;
  }

  async function runAll(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const outcome = await takeStep(failures);
      failures = outcome.failures;
      isBackingOff = failures > 0;
      if (stopping.signal.aborted) return;
      if (outcome.pauseMs > 0) await rest(outcome.pauseMs);
      // A loop that always has more to do must still let timers and sockets have their turn.
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const pulse: Pulse = {
    name,
    everyMs: options.everyMs,
    silentMs: () => (running && !stopping.signal.aborted ? clock.steadyMs() - succeededAtMs : 0),
  };

  return {
    ...pulse,
    loops: [pulse],
    start() {
      if (running) return;
      succeededAtMs = clock.steadyMs();
      running = runAll();
    },
    wake() {
      isWoken = true;
      // With a reason, because node would make an error at every wake.
      if (!isBackingOff) pause?.abort("woken");
    },
    async stop() {
      stopping.abort();
      pause?.abort();
      await running;
    },
  };
}

/** Anything that can be started and stopped: a loop, a worker made of several, an update source. */
export interface Runnable {
  readonly name: string;
  /** The loops it is made of; left out: none whose success says something. */
  readonly loops?: readonly Pulse[];
  start(): void;
  stop(): Promise<void>;
}

/** Starts and stops many runnables together. */
export function createSupervisor(deps: { clock: Clock; logger: Logger }): {
  add(runnable: Runnable): void;
  /** The loops of all. */
  pulses(): readonly Pulse[];
  start(): void;
  /** Stops all at the same time; gives up on those that take longer than `withinMs` and returns their names. */
  stop(withinMs: number): Promise<string[]>;
} {
  const all: Runnable[] = [];

  async function stopOne(runnable: Runnable, unfinished: Set<string>): Promise<void> {
    try {
      await runnable.stop();
    } catch (error) {
      deps.logger.error({ worker: runnable.name, error }, "worker failed to stop cleanly");
    }
    unfinished.delete(runnable.name);
  }

  return {
    add(runnable) {
      all.push(runnable);
    },
    pulses: () => all.flatMap((runnable) => runnable.loops ?? []),
    start() {
      for (const runnable of all) runnable.start();
    },
    async stop(withinMs) {
      const unfinished = new Set(all.map((runnable) => runnable.name));
      const timer = new AbortController();
      const stopped = Promise.all(all.map((runnable) => stopOne(runnable, unfinished)));
      await Promise.race([stopped, deps.clock.sleep(withinMs, timer.signal)]);
      timer.abort();
      if (unfinished.size > 0) deps.logger.warn({ workers: [...unfinished] }, "workers did not stop in time");
      return [...unfinished];
    },
  };
}
