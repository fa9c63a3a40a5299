import { createDoor, type Door, type Reply } from "../../src/bot/desk/door.ts";
import { decodePlace, encodePlace, type Place } from "../../src/bot/desk/place.ts";
import type { DeskButton, DeskCard, Screen } from "../../src/bot/desk/screen.ts";
import { createDeskScreens } from "../../src/bot/desk/screens.ts";
import { createCatalog } from "../../src/catalog/create-catalog.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { AppointableRole, Role } from "../../src/core/staff.ts";
import { readBackupMadeAt } from "../../src/db/queries/settings.ts";
import { createDeskServices, type DeskServiceDeps, type DeskServices } from "../../src/desk/desk.ts";
import { createPauseWords } from "../../src/desk/switches/pause-words.ts";
import type { Provider } from "../../src/providers/port/provider.ts";
import { createSettingsBook } from "../../src/shop/live-settings.ts";
import { languages } from "../../src/texts/index.ts";
import type { TestDatabase } from "./database.ts";
import { createTestLogger } from "./logger.ts";

export const ownerId = 900_001;
export const otherOwnerId = 900_002;

/** Somebody who taps and types at the desk, without Telegram in between. */
export interface Operator {
  readonly telegramId: number;
  /** The card that this person looks at. */
  readonly card: DeskCard;
  open(place?: Place): Promise<Reply | undefined>;
  /** Presses the first button whose label matches. */
  press(label: string | RegExp): Promise<Reply | undefined>;
  /** Answers the question that is open. */
  type(text: string): Promise<Reply | undefined>;
  /** Answers it with a picture. */
  sendPhoto(fileId: string): Promise<Reply | undefined>;
  taps(): number;
}

export interface TestDesk {
  readonly services: DeskServices;
  readonly deskDeps: DeskServiceDeps;
  readonly screens: readonly Screen[];
  readonly door: Door;
  operator(telegramId: number): Operator;
  /** Gives somebody a role by a link, as the chat does. Returns their Telegram id. */
  appoint(role: AppointableRole): Promise<number>;
  /** A person of each kind. */
  person(role: Role | "removed" | "buyer"): Promise<number>;
}

let people = 910_000;
let updates = 1;

/** For tests that are about neither orders nor payments. */
const nothingElse: Pick<DeskServiceDeps, "orders" | "topups"> = {
  orders: {
    cancelFor: async () => false,
    giveBack: async () => false,
    checkNow: async () => false,
    changed: async () => undefined,
  },
  topups: {
    beginRefund: async () => ({ kind: "not_found" }),
    finishRefund: async () => ({ kind: "not_found" }),
    decideIn: async () => "not_found",
    decideManual: async () => ({ kind: "not_found" }),
  },
};

/** The desk on a real database. */
export function createTestDesk(
  database: Pick<TestDatabase, "db">,
  clock: Clock,
  ownerIds: readonly number[] = [ownerId, otherOwnerId],
  parts: Partial<Omit<DeskServiceDeps, "providers">> & { readonly providers?: readonly Provider[] } = {},
): TestDesk {
  const { db } = database;
  const providers = new Map(parts.providers?.map((provider) => [provider.name, provider]));
  const startingPrices = { markupBasisPoints: 3_000n, minProfitMicros: 20_000n };
  const catalog =
    parts.catalog ??
    createCatalog({
      db,
      clock,
      providers,
      logger: createTestLogger(),
      pricing: startingPrices,
      defaults: { cancelAfterMs: 120_000, lifetimeMs: 1_200_000 },
    });
  const deskDeps: DeskServiceDeps = {
    db,
    clock,
    ownerIds,
    logger: createTestLogger(),
    shopZone: () => "UTC",
    reportHour: () => 9,
    caps: { support: 0n, accountant: 50_000_000n },
    settingsBook: createSettingsBook({}),
    refreshSettings: async () => undefined,
    gateways: ["stars"],
    backupMadeAt: () => readBackupMadeAt(database.db),
    onMessages: () => undefined,
    ...nothingElse,
    recordProbe: async () => undefined,
    showBroadcast: async () => ({ kind: "shown" }),
    languages: languages.map(({ language }) => language),
    startingPrices,
    pauseWords: createPauseWords({ db, clock }),
    ...parts,
    catalog,
    providers,
  };
  const services = createDeskServices(deskDeps);
  const screens = createDeskScreens(services);
  const door = createDoor({ staff: services.staff, screens });
  const appoint = async (role: AppointableRole): Promise<number> => {
    const telegramId = ++people;
    const staff = { telegramId: ownerId, role: "owner" } as const;
    const token = await services.staff.makeLink({ staff, role, updateId: ++updates });
    await services.staff.accept({ telegramId, token, updateId: ++updates });
    return telegramId;
  };
  return {
    services,
    deskDeps,
    screens,
    door,
    operator: (telegramId) => createOperator(door, telegramId),
    appoint,
    async person(role) {
      if (role === "owner") return ownerId;
      if (role === "buyer") return ++people;
      if (role !== "removed") return await appoint(role);
      const telegramId = await appoint("support");
      const staff = { telegramId: ownerId, role: "owner" } as const;
      await services.staff.changeRole({ staff, telegramId, role: null, updateId: ++updates });
      return telegramId;
    },
  };
}

export function createOperator(door: Door, telegramId: number): Operator {
  let card: DeskCard = { html: "", rows: [] };
  let question: Place | null = null;
  let taps = 0;
  const knock = async (
    place: Place,
    text: string | null,
    photoFileId: string | null = null,
  ): Promise<Reply | undefined> => {
    const typed = text === null ? null : { text, photoFileId, forwardedFrom: null };
    // Through the codec, as a button goes.
    const decoded = decodePlace(encodePlace(place)) ?? place;
    const reply = await door.knock({
      telegramId,
      place: decoded,
      updateId: ++updates,
      typed,
      botName: "numstore_bot",
    });
    if (reply && reply.kind !== "file") card = reply.card;
    if (reply?.kind === "ask") question = reply.to;
    return reply;
  };
  return {
    telegramId,
    get card() {
      return card;
    },
    open: (place = { screen: "h", action: null, args: [] }) => knock(place, null),
    press: (label) => {
      const button = buttonOf(card, label);
      taps += 1;
      return knock(button.to, null);
    },
    type: (text) => {
      if (question === null) throw new Error("nothing was asked");
      return knock(question, text);
    },
    sendPhoto: (fileId) => {
      if (question === null) throw new Error("nothing was asked");
      return knock(question, "", fileId);
    },
    taps: () => taps,
  };
}

export function buttonOf(card: DeskCard, label: string | RegExp): Extract<DeskButton, { to: Place }> {
  const found = card.rows
    .flat()
    .find((button) => (typeof label === "string" ? button.label === label : label.test(button.label)));
  if (!found || !("to" in found)) throw new Error(`no button ${label} under: ${card.html}\n${labels(card)}`);
  return found;
}

export function labels(card: DeskCard): string {
  return card.rows
    .flat()
    .map(({ label }) => label)
    .join(" | ");
}
