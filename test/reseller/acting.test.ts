import { expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { ApiOrderRow } from "../../src/db/queries/api-orders.ts";
import { createActing } from "../../src/reseller/act.ts";
import { createTestDatabase } from "../support/database.ts";

const order: ApiOrderRow = {
  id: "0193f5a0-0000-7000-8000-000000000000",
  buyerId: "0193f5a0-0000-7000-8000-000000000001",
  number: 100_001,
  state: "waiting",
  serviceId: "wa",
  countryId: "GB",
  phone: "+447700900123",
  priceMicros: 1n,
  canAnother: true,
  placedAt: new Date(),
  cancelOpensAt: null,
  expiresAt: null,
  toldAt: new Date(),
  failure: null,
  sms: null,
};

it("the limit of cancels that an operator sets while the shop runs counts from the next cancel on", async () => {
  const { db, close } = await createTestDatabase();
  const asked: number[] = [];
  const no = async () => ({ kind: "refused", code: "cancel_not_supported" }) as const;
  const limits = { maxOpenOrders: 1, purchasesPerHour: 1, cancelsPerHour: 1_000, newBuyerOrdersPerDay: 1 };
  const orders = {
    another: no,
    finish: no,
    keepWaiting: no,
    cancel: (_id: string, _buyerId: string, perHour: number) => {
      asked.push(perHour);
      return no();
    },
  };
  const acting = createActing({ db, clock: systemClock, orders, limits });
  await acting.cancel(order);
  limits.cancelsPerHour = 2_000;
  await acting.cancel(order);
  expect(asked).toEqual([1_000, 2_000]);
  await close();
});
