import { randomUUID } from "node:crypto";
import type { ChatPerson, ChatServer } from "./ports.ts";
import { createTerminalScreen, type TerminalScreen } from "./terminal-screen.ts";

/** The chats of one browser tab. */
export const chatRoles = ["buyer", "operator", "reseller"] as const;
export type ChatRole = (typeof chatRoles)[number];

export interface Session {
  readonly id: string;
  readonly languageCode: string;
  readonly buyer: ChatPerson;
  /** Shared by all tabs; null where the demo has no operator. */
  readonly operator: ChatPerson | null;
  /** Null where the demo has no terminal. */
  readonly reseller: ChatPerson | null;
  readonly terminal: TerminalScreen;
  starBalance: number;
  /** True while a payment runs; only one may run at a time. */
  isPaying: boolean;
}

export interface Sessions {
  /** Opens a session. Undefined: the limit of visitors is reached. */
  open(languageCode: string): Session | undefined;
  find(id: string): Session | undefined;
  close(): void;
}

interface SessionsDeps {
  readonly chat: ChatServer;
  readonly operator: ChatPerson | null;
  readonly hasResellers: boolean;
  readonly limit: number;
}

/** Enough for every package of Stars, so that a visitor can always pay. */
const STARTING_STARS = 10_000;
const RESELLER = "Reseller";
const FIRST_NAMES = ["Ada", "Ben", "Chioma", "Dmitri", "Elif", "Farid", "Grace", "Hana"] as const;

/** Maps browser tabs to buyers: a new tab is a new buyer, a reload keeps the buyer. */
export function createSessions({ chat, operator, hasResellers, limit }: SessionsDeps): Sessions {
  const byId = new Map<string, Session>();
  const byUser = new Map<number, Session>();

  const unsubscribe = chat.subscribe((event) => {
    if (event.kind !== "refunded") return;
    const session = byUser.get(event.userId);
    if (session) session.starBalance += event.stars;
  });

  return {
    open(languageCode) {
      if (byId.size >= limit) return undefined;
      const firstName = FIRST_NAMES[byId.size % FIRST_NAMES.length] ?? FIRST_NAMES[0];
      const buyer = chat.createPerson({ firstName, languageCode });
      const session: Session = {
        id: randomUUID(),
        languageCode,
        buyer,
        operator,
        reseller: hasResellers ? chat.createPerson({ firstName: RESELLER, languageCode }) : null,
        terminal: createTerminalScreen(),
        starBalance: STARTING_STARS,
        isPaying: false,
      };
      byId.set(session.id, session);
      byUser.set(buyer.id, session);
      if (session.reseller) byUser.set(session.reseller.id, session);
      return session;
    },
    find: (id) => byId.get(id),
    close: unsubscribe,
  };
}

/** The person whose chat the tab shows under `role`. */
export function personOf(session: Session, role: ChatRole): ChatPerson | null {
  return session[role];
}
