import type { Checkpoint } from "../core/checkpoint.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Signal } from "../core/signal.ts";
import type { WebhookSecrets } from "../core/webhook-secrets.ts";
import type { Database } from "../db/client.ts";
import type { RequestRecord } from "../providers/transport/gate.ts";
import type { Config } from "./config/config.ts";
import type { LiveSettings, SettingReaders } from "./live-settings.ts";
import type { Metrics } from "./metrics/metrics.ts";

export interface ServiceDeps {
  readonly config: Config;
  readonly liveSettings: LiveSettings;
  /** The values of `liveSettings` as the parts take them. */
  readonly settings: SettingReaders;
  readonly db: Database;
  readonly clock: Clock;
  /** The clock of this machine, even where `clock` is the database's. */
  readonly machineClock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly checkpoint: Checkpoint;
  readonly secrets: WebhookSecrets;
  readonly onProviderRequest: (record: RequestRecord) => void;
}

/** What one part commits and another carries out. The workers also look by themselves, so a lost signal costs only time. */
export interface Signals {
  /** Chat messages were committed. */
  readonly messages: Signal;
  /** An order of this provider is due now. */
  readonly dueOrders: Signal<[provider: string]>;
  /** A top-up was credited. */
  readonly credits: Signal;
  /** This order's card was committed, and answers a tap. */
  readonly answers: Signal<[card: { readonly chatId: number; readonly orderId: string }]>;
}
