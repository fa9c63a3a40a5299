import type { Logger } from "../../src/core/logger.ts";
import type { Frame } from "./frame-queue.ts";
import type { ChatEvent, ChatPerson, ChatServer, InsightSource, Scenario, Terminal } from "./ports.ts";
import { type ChatRole, chatRoles, type Session } from "./sessions.ts";

export interface FeedDeps {
  readonly chat: ChatServer;
  readonly insight: InsightSource;
  readonly scenarios: readonly Scenario[];
  readonly terminal?: Terminal;
  readonly logger: Logger;
}

export interface Feeds {
  /** Sends a snapshot, then every change, until the returned function is called. */
  open(session: Session, push: (frame: Frame) => void): Promise<() => void>;
  /** Sends the side panels again to every open tab: after a scenario or a payment. */
  refresh(): void;
  close(): void;
}

/** The live view of both chats and the side panels for every open tab. */
export function createFeeds(deps: FeedDeps): Feeds {
  const refreshers = new Set<() => void>();
  const refresh = (): void => {
    for (const run of refreshers) run();
  };
  const unsubscribe = deps.insight.subscribe(refresh);

  return {
    async open(session, push) {
      const stopChat = deps.chat.subscribe((event) => {
        const frame = chatFrame(session, event);
        if (frame) push(frame);
        if (event.kind === "refunded" && roleOf(session, event.userId) !== null) run();
      });
      // Chat events before the snapshot are repeated in it, which is harmless: the page keys messages by id.
      const run = coalesce(
        async () => push({ event: "state", data: await stateOf(deps, session) }),
        deps.logger,
      );
      refreshers.add(run);
      const stopTerminal = session.terminal.subscribe(() =>
        push({ event: "terminal", data: terminalOf(deps, session) }),
      );
      const stop = (): void => {
        stopChat();
        stopTerminal();
        refreshers.delete(run);
      };
      try {
        const state = await stateOf(deps, session);
        const terminal = terminalOf(deps, session);
        push({ event: "snapshot", data: { ...chatsOf(deps.chat, session), ...state, terminal } });
      } catch (error) {
        stop();
        throw error;
      }
      return stop;
    },
    refresh,
    close: unsubscribe,
  };
}

function chatFrame(session: Session, event: ChatEvent): Frame | null {
  const role = roleOf(session, event.userId);
  if (!role) return null;
  if (event.kind === "message") return { event: "message", data: { role, message: event.message } };
  if (event.kind === "deleted") return { event: "deleted", data: { role, messageId: event.messageId } };
  return null;
}

function roleOf(session: Session, userId: number): ChatRole | null {
  return chatRoles.find((role) => session[role]?.id === userId) ?? null;
}

function chatsOf(chat: ChatServer, session: Session) {
  const describe = (person: ChatPerson) => ({
    name: person.firstName,
    messages: person.messages(),
  });
  return {
    shop: chat.profile(session.languageCode),
    chats: {
      buyer: describe(session.buyer),
      operator: session.operator ? describe(session.operator) : null,
      reseller: session.reseller ? describe(session.reseller) : null,
    },
  };
}

function terminalOf({ terminal }: FeedDeps, { terminal: screen }: Session) {
  return { clients: terminal?.clients ?? [], lines: screen.lines(), isRunning: screen.isRunning() };
}

async function stateOf(deps: FeedDeps, session: Session) {
  const insight = await deps.insight.current(session.buyer.id);
  return {
    insight,
    stars: session.starBalance,
    scenarios: deps.scenarios.map((item) => ({
      kind: item.kind,
      id: item.id,
      label: item.label,
      hint: item.hint,
      active: item.active(),
    })),
    commands: {
      buyer: deps.chat.commands(session.buyer.id, session.languageCode),
      operator: session.operator ? deps.chat.commands(session.operator.id, session.languageCode) : [],
      reseller: session.reseller ? deps.chat.commands(session.reseller.id, session.languageCode) : [],
    },
  };
}

/** Returns a function that runs `work`. Runs never overlap; calls during a run cause one more run. */
function coalesce(work: () => Promise<void>, logger: Logger): () => void {
  let isRunning = false;
  let isWanted = false;
  const loop = async (): Promise<void> => {
    isRunning = true;
    while (isWanted) {
      isWanted = false;
      try {
        await work();
      } catch (error) {
        // The panels keep their last state until the next change.
        logger.warn({ err: error }, "the page's insight could not be read");
      }
    }
    isRunning = false;
  };
  return () => {
    isWanted = true;
    if (!isRunning) void loop();
  };
}
