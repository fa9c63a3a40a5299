import { Counter, Gauge, type Registry } from "prom-client";
import { createCached } from "../../core/cached.ts";
import type { Clock } from "../../core/clock.ts";

/** A replica that is asked twice within this time answers from memory. */
const KEEP_MS = 5_000;
/** A database that hangs must not keep the other metrics from their reader, who waits ten seconds. */
const TIMEOUT_MS = 3_000;

export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One gauge, and how its samples follow from what was read. */
export interface GaugeOf<T> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  samples(content: T): readonly Sample[];
}

/** Something that is read once for all its gauges when the metrics are asked for. */
export interface Reading<T> {
  /** Names it where reading failed. */
  readonly name: string;
  read(): Promise<T>;
  readonly gauges: readonly GaugeOf<T>[];
}

export interface Readings {
  add<T>(reading: Reading<T>): void;
}

/**
 * Gauges that are read when somebody asks, at most once in five seconds. If reading fails or takes longer than three
 * seconds, the last values stay and the failure is counted.
 */
export function createReadings(registry: Registry, clock: Clock): Readings {
  const registers = [registry];
  const failures = new Counter({
    name: "numstore_reading_failures_total",
    help: "Readings for these metrics that failed or took too long: the values that they give are old",
    labelNames: ["reading"],
    registers,
  });

  return {
    add({ name: reading, read, gauges }) {
      failures.inc({ reading }, 0);
      const cached = createCached(clock, KEEP_MS, read);
      for (const { name, help, labelNames = [], samples } of gauges) {
        new Gauge({
          name,
          help,
          labelNames: [...labelNames],
          registers,
          async collect() {
            try {
              const content = await withTimeout(clock, cached.get());
              this.reset();
              for (const { labels = {}, value } of samples(content)) this.set(labels, value);
            } catch {
              failures.inc({ reading });
            }
          },
        });
      }
    },
  };
}

async function withTimeout<T>(clock: Clock, reading: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const read = reading.then((content) => ({ content }));
  const result = await Promise.race([read, clock.sleep(TIMEOUT_MS, timer.signal)]).finally(() =>
    timer.abort(),
  );
  if (!result) throw new Error("reading takes too long");
  return result.content;
}
