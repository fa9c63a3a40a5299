import type { InlineKeyboardButton } from "grammy/types";
import { describe, expect, it } from "vitest";
import { parseHtml } from "../../sandbox/telegram/html.ts";
import type { Card } from "../../src/bot/cards/card.ts";
import { countriesCard, foundServicesCard, notFoundCard, servicesCard } from "../../src/bot/cards/catalog.ts";
import { askedCard, confirmCard, refusedCard } from "../../src/bot/cards/confirm.ts";
import { codeEventCard, endedEventCard, lateSmsCard, orderNewsCard } from "../../src/bot/cards/events.ts";
import { ordersCard, receiptCard } from "../../src/bot/cards/history.ts";
import {
  forgetCard,
  groupCard,
  helpCard,
  homeCard,
  privacyCard,
  sendToShopCard,
} from "../../src/bot/cards/home.ts";
import { inviteCard } from "../../src/bot/cards/invite.ts";
import { LABEL_WIDTH, labelWidth } from "../../src/bot/cards/label.ts";
import { askCard, creditedCard, cryptoInvoiceCard } from "../../src/bot/cards/money.ts";
import { type NamedOrder, orderCard } from "../../src/bot/cards/order.ts";
import { balanceCard } from "../../src/bot/cards/statement.ts";
import type { CountryItem, CountryOffer, ServiceItem } from "../../src/catalog/catalog.ts";
import type { OrderView } from "../../src/orders/orders.ts";
import { orderStates } from "../../src/orders/state.ts";
import { money } from "../../src/texts/html.ts";
import { languages } from "../../src/texts/index.ts";
import type { Texts } from "../../src/texts/texts.ts";
import { createFakeOrders } from "../support/bot-fakes.ts";
import { createTestClock } from "../support/clock.ts";

const clock = createTestClock();
const now = clock.now();

interface Sample {
  readonly service: ServiceItem;
  readonly country: CountryItem;
  readonly priceMicros: bigint;
  readonly percent: number | null;
  readonly seconds: number | null;
  readonly phone: string;
  readonly code: string;
}

const samples: Readonly<Record<string, Sample>> = {
  short: {
    service: { id: "wa", name: "WhatsApp" },
    country: { id: "GB", name: "UK", flag: "🇬🇧" },
    priceMicros: 480_000n,
    percent: 84,
    seconds: 22,
    phone: "447700900123",
    code: "482913",
  },
  "without statistics": {
    service: { id: "go", name: "Google" },
    country: { id: "ID", name: "Indonesia", flag: "🇮🇩" },
    priceMicros: 210_000n,
    percent: null,
    seconds: null,
    phone: "6281234567890",
    code: "123-456",
  },
  long: {
    service: { id: "~x", name: "Some Very Long Marketplace & Messenger" },
    country: { id: "VC", name: "St. Vincent & Grenadines", flag: "🇻🇨" },
    priceMicros: 12_345_600n,
    percent: 100,
    seconds: 1199,
    phone: "123456789012345",
    code: "a whole text that a supplier gave as the code",
  },
  "a country without a flag": {
    service: { id: "~y", name: "Телеграм и другие мессенджеры" },
    country: { id: "~z", name: "Территория без флага", flag: "" },
    priceMicros: 12_345_600n,
    percent: 100,
    seconds: 22,
    phone: "79161234567",
    code: "1",
  },
};

/** Every card of the shop about this sample. */
function cardsOf(texts: Texts, sample: Sample): Card[] {
  return [...plainCards(texts), ...catalogueCards(texts, sample), ...orderCards(texts, sample)];
}

function plainCards(texts: Texts): Card[] {
  const available = { availableMicros: 3_200_000n, heldMicros: 0n, debtMicros: 650_000n };
  return [
    homeCard(texts, { availableMicros: 3_200_000n, openOrders: 2 }, true),
    helpCard(texts),
    groupCard(texts, "numstore_bot"),
    forgetCard(texts, "ask", 3_200_000n),
    forgetCard(texts, "sure", 3_200_000n),
    privacyCard(texts, texts.messages.privacy({ hours: 24, contact: null })),
    sendToShopCard(texts),
    notFoundCard(texts, "asdf"),
    askCard(texts, texts.messages.paysupport({ contact: null }), { kind: "leaveQuestion" }),
    balanceCard(texts, available, { items: [], open: [], page: 0, pageCount: 1, canInvite: true }),
    inviteCard(texts, {
      link: "https://t.me/numstore_bot?start=r_abcDEF123-_x",
      share: "12.5%",
      orders: 3,
      perFriend: money(1_000_000n),
      perMonth: money(20_000_000n),
      friends: 2,
      earned: money(480_000n),
    }),
    cryptoInvoiceCard(texts, { amountMicros: 25_000_000n, payUrl: "https://pay.example/1" }),
    creditedCard(texts, { ...available, amountMicros: 1n }, null),
  ];
}

function never(): never {
  throw new Error("unreachable");
}

function catalogueCards(texts: Texts, sample: Sample): Card[] {
  const { service, country, priceMicros } = sample;
  const offer: CountryOffer = {
    country,
    priceMicros,
    stock: 10,
    successPercent: sample.percent,
    medianSeconds: sample.seconds,
  };
  const orderId = "01890000-0000-7000-8000-000000000000";
  const product = { service, country, priceMicros, orderId, paidMicros: priceMicros };
  const quote = {
    id: "01890000-0000-7000-8000-000000000000",
    serviceId: service.id,
    countryId: country.id,
    priceMicros,
    fullPriceMicros: null,
    costCeilingMicros: priceMicros,
    expiresAt: now,
  };
  const confirm = {
    service,
    quote,
    offer,
    facts: { lifetimeMs: 1_200_000, cancelAfterMs: 120_000, another: true },
    availableMicros: 3_200_000n,
    isFavourite: false,
    note: null,
    shortfall: null,
  };
  const short = { missingMicros: 1n, debtMicros: 1n };
  const middle = { page: 1, pageCount: 9 };
  return [
    ...(["popular", "name"] as const).map((sort) =>
      servicesCard(texts, {
        availableMicros: 0n,
        recent: [product],
        favourites: [product, { ...product, priceMicros: null }],
        isQuick: sort === "name",
        hasInline: true,
        page: { items: [service, service], isReading: false, ...middle },
        sort,
      }),
    ),
    foundServicesCard(texts, { services: [service, service], country }),
    foundServicesCard(texts, { services: [service], country: null }),
    ...(["best", "price", "name"] as const).map((sort) =>
      countriesCard(
        texts,
        service,
        { items: [offer], stale: true, unanswered: 1, refusal: null, ...middle },
        sort,
      ),
    ),
    confirmCard(texts, { ...confirm, termsVersion: 0 }),
    confirmCard(texts, { ...confirm, termsVersion: 1, isFavourite: true }),
    confirmCard(texts, {
      ...confirm,
      termsVersion: 1,
      shortfall: { ...short, pays: { stars: 10_000 }, hasOtherWays: true },
    }),
    confirmCard(texts, {
      ...confirm,
      termsVersion: 0,
      shortfall: { ...short, pays: { amountMicros: 100_990_000n }, hasOtherWays: false },
    }),
    askedCard(texts, { service, country, reason: "…", quote }),
    askedCard(texts, { service, country, reason: "…", quote: null }),
    refusedCard(texts, { ...product, reason: "…", alternatives: [offer], canRetry: true }),
  ];
}

function orderCards(texts: Texts, sample: Sample): Card[] {
  const { service, country, priceMicros } = sample;
  const sms = {
    id: "01890000-0000-7000-8000-000000000001",
    sequence: 1,
    code: sample.code,
    text: "Your code",
    receivedAt: now,
  };
  const { add } = createFakeOrders(clock, new Map());
  const named = (change: Partial<OrderView>): NamedOrder => ({
    order: add({
      buyerId: "1",
      chatId: 1,
      serviceId: service.id,
      countryId: country.id,
      priceMicros,
      phone: sample.phone,
      actions: { cancel: true, swap: true, keepWaiting: false, another: true, finish: true },
      ...change,
    }),
    service,
    country,
  });
  const open = named({ state: "received", sms: [sms] });
  const ended = named({ state: "expired", closedAt: now });
  const movements = (["hold", "release", "late_charge"] as const).map((kind) => ({
    kind,
    amountMicros: priceMicros,
    at: now,
  }));
  const statement = (["topup", "capture", "late_charge", "referral"] as const).map((kind, index) => ({
    line: {
      id: BigInt(index),
      kind,
      amountMicros: index === 0 ? 5_000_000n : -priceMicros,
      balanceMicros: 3_200_000n,
      orderId: null,
      serviceId: null,
      countryId: null,
      at: now,
    },
    product: kind === "capture" || kind === "late_charge" ? { service, country } : null,
  }));
  const available = money(3_200_000n);
  const event = {
    text: texts.messages.failedEvent({ amount: available, available }),
    alternatives: [
      { country, priceMicros, stock: 1, successPercent: sample.percent, medianSeconds: sample.seconds },
    ],
  };
  return [
    ...orderStates.map((state) => orderCard(texts, named({ state, sms: [] }), now)),
    orderCard(texts, open, now),
    ordersCard(texts, { page: 1, pageCount: 3, openCount: 12, isOpenOnly: false }, [open, ended]),
    ordersCard(texts, { page: 1, pageCount: 3, openCount: 12, isOpenOnly: true }, [open]),
    receiptCard(texts, ended, { movements, page: 2, isMasked: true }),
    balanceCard(
      texts,
      { availableMicros: 3_200_000n, heldMicros: priceMicros, debtMicros: 0n },
      { items: statement, open: [open], page: 1, pageCount: 3, canInvite: true },
    ),
    codeEventCard(texts, open, { sms, charged: available, available }),
    endedEventCard(texts, open, { ...event, newPriceMicros: null }),
    endedEventCard(texts, open, { ...event, newPriceMicros: priceMicros }),
    lateSmsCard(texts, open, available),
    orderNewsCard(texts, open, texts.messages.inDoubt({ product: available })),
  ];
}

const cases = languages.flatMap((texts) =>
  Object.entries(samples).map(([name, sample]) => [texts.name, name, texts, sample] as const),
);

describe.each(cases)("%s, %s names", (_language, _name, texts, sample) => {
  const cards = cardsOf(texts, sample);
  const buttons: InlineKeyboardButton[] = cards.flatMap(({ keyboard }) => keyboard.flat());

  it("has labels of at most 24 characters", () => {
    const tooLong = buttons.map(({ text }) => text).filter((text) => labelWidth(text) > LABEL_WIDTH);
    expect(tooLong).toEqual([]);
  });

  it("has at most two buttons a row", () => {
    const tooWide = cards.flatMap(({ keyboard }) => keyboard).filter((row) => row.length > 2);
    expect(tooWide).toEqual([]);
  });

  it("shows whole prices, whatever else is cut", () => {
    for (const { text } of buttons) expect(text).not.toMatch(/\$\d*…|…\d/u);
  });
});

it("cuts nothing on a button of a product with a short name, in any language", () => {
  const cut = languages.flatMap((texts) =>
    cardsOf(texts, samples.short ?? never())
      .flatMap(({ keyboard }) => keyboard.flat())
      .map(({ text }) => text)
      .filter((text) => text.includes("…")),
  );
  expect(cut).toEqual([]);
});

it("makes Get and Pay primary and Delete danger, and nothing else", () => {
  const [texts] = languages;
  const styled = cardsOf(texts ?? never(), samples.short ?? never())
    .flatMap(({ keyboard }) => keyboard.flat())
    .filter(({ style }) => style !== undefined)
    .map(({ text, style }) => `${style}: ${text}`);
  expect([...new Set(styled)].toSorted()).toEqual([
    "danger: Delete my data",
    "danger: Yes, delete my data",
    "primary: Accept · get · $0.48",
    "primary: Get number · $0.48",
    "primary: Pay $100.99 and buy",
    "primary: Pay $25.00",
    "primary: Pay ⭐10000 and buy",
    "primary: Show it · $0.48",
  ]);
});

describe("an Arabic card", () => {
  const ar = languages.find(({ language }) => language === "ar") ?? never();
  const bare = (text: string): string => text.replace(/[\u2066\u2068][^\u2066-\u2069]*\u2069/gu, "");

  it.each(Object.entries(samples))(
    "runs from right to left in every line and button: %s",
    (_name, sample) => {
      for (const { text, keyboard } of cardsOf(ar, sample)) {
        const labels = keyboard.flat().map((button) => button.text);
        for (const line of [...parseHtml(text).text.split("\n"), ...labels]) {
          // What is Latin from end to end reads well as it is.
          if (!/\p{Script=Arabic}/u.test(line)) continue;
          const strong = /[\p{L}\u200f\u{1f1e6}-\u{1f1ff}]/u.exec(bare(line))?.[0];
          expect(strong, line).toMatch(/[\u200f\p{Script=Arabic}]/u);
        }
      }
    },
  );
});
