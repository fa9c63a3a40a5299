import type { Checkpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import type { RequestRecord } from "../providers/transport/gate.ts";
import type { Config } from "./config/config.ts";
import type { Metrics } from "./metrics/metrics.ts";

/** What every service of the shop is made of. */
export interface ServiceDeps {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  /** The clock of this machine, even where `clock` is the database's. */
  readonly machineClock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly checkpoint: Checkpoint;
  readonly onProviderRequest: (record: RequestRecord) => void;
}
