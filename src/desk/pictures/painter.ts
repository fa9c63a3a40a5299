import { Worker } from "node:worker_threads";
import { z } from "zod";
import type { Clock } from "../../core/clock.ts";

export interface Painter {
  /** The SVG as PNG. Rejects when too many wait, when it takes too long, or when the SVG is none. */
  paint(svg: string): Promise<Uint8Array>;
  /** Ends the thread; whoever waits is rejected. */
  stop(): Promise<void>;
}

/** The thread needs about 80 MB: it is started when the first picture is asked for, and ended some time after the last. */
const IDLE_MS = 60_000;
const PAINT_TIMEOUT_MS = 20_000;
const MAX_WAITING = 8;

const answerSchema = z.union([
  z.object({ png: z.instanceof(Uint8Array) }),
  z.object({ problem: z.string() }),
]);

/** Paints one picture at a time, in a thread that is there only while it is needed. */
export function createPainter({ clock }: { clock: Clock }): Painter {
  let brush: Brush | undefined;
  let idle: AbortController | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let isStopped = false;

  async function end(): Promise<void> {
    idle?.abort();
    const ended = brush;
    brush = undefined;
    await ended?.worker.terminate();
  }

  /** Never rejects: it runs beside whatever else happens. */
  async function endWhenIdle(): Promise<void> {
    const own = new AbortController();
    idle = own;
    await clock.sleep(IDLE_MS, own.signal);
    if (!own.signal.aborted) await end();
  }

  async function paintNow(svg: string): Promise<Uint8Array> {
    if (isStopped) throw new Error("the painter is stopped");
    idle?.abort();
    brush ??= startBrush();
    try {
      return await ask(brush, svg, clock);
    } catch (error) {
      // Whatever state it is in now: the next picture gets a new one.
      await end();
      throw error;
    } finally {
      if (brush) void endWhenIdle();
    }
  }

  return {
    async paint(svg) {
      if (waiting >= MAX_WAITING) throw new Error("too many pictures wait");
      waiting += 1;
      const painted = last.then(() => paintNow(svg));
      last = painted.catch(() => undefined);
      try {
        return await painted;
      } finally {
        waiting -= 1;
      }
    },
    async stop() {
      isStopped = true;
      await end();
    },
  };
}

/** The thread, and whoever waits for its answer. Its listeners stay: a thread that loses them hears nothing more. */
interface Brush {
  readonly worker: Worker;
  waiting: { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void } | null;
}

function startBrush(): Brush {
  // Without the flags of this process: the worker is JavaScript and needs no loader.
  const worker = new Worker(new URL("./paint-worker.mjs", import.meta.url), { execArgv: [] });
  worker.unref();
  const brush: Brush = { worker, waiting: null };
  worker.on("message", (answer: unknown) => brush.waiting?.resolve(answer));
  worker.on("error", (error: Error) => brush.waiting?.reject(error));
  worker.on("exit", () => brush.waiting?.reject(new Error("the painter's thread ended")));
  return brush;
}

async function ask(brush: Brush, svg: string, clock: Clock): Promise<Uint8Array> {
  const timer = new AbortController();
  const answered = new Promise<unknown>((resolve, reject) => {
    brush.waiting = { resolve, reject };
    void clock.sleep(PAINT_TIMEOUT_MS, timer.signal).then(() => {
      if (!timer.signal.aborted) reject(new Error("painting took too long"));
    });
  });
  try {
    brush.worker.postMessage(svg);
    const answer = answerSchema.parse(await answered);
    if ("problem" in answer) throw new Error(`not painted: ${answer.problem}`);
    return answer.png;
  } finally {
    timer.abort();
    brush.waiting = null;
  }
}
