import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import type { Insight, Scenario } from "../../sandbox/page/ports.ts";
import { createPage } from "../../sandbox/page/server.ts";
import { createTelegramChat } from "../../sandbox/page/telegram-chat.ts";
import {
  type PretendTelegram,
  type PretendUser,
  startPretendTelegram,
} from "../../sandbox/telegram/index.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestLogger } from "./logger.ts";
import { startPageBot } from "./page-bot.ts";

/** The chat page over the pretend Telegram and a small bot, with insight that the test sets. */
export interface PageWorld {
  readonly url: string;
  readonly clock: TestClock;
  readonly telegram: PretendTelegram;
  readonly operator: PretendUser;
  setInsight(change: Partial<Insight>): void;
  isScenarioOn(): boolean;
  /** Cuts every connection; the server goes on. */
  cutConnections(): void;
  /** Takes the server away and forgets every visitor. */
  stopServer(): Promise<void>;
  /** A new server in the same place. */
  startServer(): Promise<void>;
  close(): Promise<void>;
}

export async function startPageWorld(): Promise<PageWorld> {
  const clock = createTestClock();
  const telegram = await startPretendTelegram({ clock });
  const stopBot = await startPageBot(telegram);
  const operator = telegram.user({ id: 900_000_001, firstName: "Olga" });
  const stage = createStage(clock);
  const start = (port: number) => startServer({ telegram, operator, stage, port });
  let server = await start(0);

  return {
    url: `http://127.0.0.1:${server.port}`,
    clock,
    telegram,
    operator,
    setInsight: stage.setInsight,
    isScenarioOn: stage.isScenarioOn,
    cutConnections: () => server.http.closeAllConnections(),
    stopServer: () => server.close(),
    async startServer() {
      server = await start(server.port);
    },
    async close() {
      await server.close();
      await stopBot();
      await telegram.close();
    },
  };
}

interface ServerDeps {
  readonly telegram: PretendTelegram;
  readonly operator: PretendUser;
  readonly stage: Stage;
  readonly port: number;
}

async function startServer({ telegram, operator, stage, port }: ServerDeps) {
  const chat = createTelegramChat(telegram);
  const page = createPage({
    chat,
    insight: { current: async () => stage.insight(), subscribe: stage.subscribe },
    scenarios: [stage.scenario],
    operator: chat.person(operator),
    logger: createTestLogger(),
  });
  const listening = await new Promise<{ http: Server; port: number }>((resolve) => {
    const http = serve({ fetch: page.app.fetch, hostname: "127.0.0.1", port }, (info) =>
      resolve({ http: http as Server, port: info.port }),
    );
  });
  return {
    ...listening,
    async close() {
      page.close();
      listening.http.closeAllConnections();
      await new Promise<void>((resolve) => listening.http.close(() => resolve()));
    },
  };
}

interface Stage {
  insight(): Insight;
  setInsight(change: Partial<Insight>): void;
  subscribe(listener: () => void): () => void;
  readonly scenario: Scenario;
  isScenarioOn(): boolean;
}

function createStage(clock: TestClock): Stage {
  const listeners = new Set<() => void>();
  let isOn = false;
  let shown: Omit<Insight, "simulatedNow"> = {
    wallet: null,
    order: null,
    providerCalls: [],
    events: [],
    speed: 1,
  };
  return {
    insight: () => ({ ...shown, simulatedNow: clock.now().toISOString() }),
    setInsight(change) {
      shown = { ...shown, ...change };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    scenario: {
      kind: "switch",
      id: "provider-down",
      label: "Provider down",
      hint: "The first provider stops answering.",
      active: () => isOn,
      async run() {
        isOn = !isOn;
        return undefined;
      },
    },
    isScenarioOn: () => isOn,
  };
}
