import { afterAll, beforeAll, expect, it } from "vitest";
import type { Shop } from "../../../src/shop/shop.ts";
import { type FilledShop, fillShop } from "../../support/filled-shop.ts";

let filled: FilledShop;
let shop: Shop;
beforeAll(async () => {
  filled = await fillShop();
  shop = await filled.open(filled.database);
});
afterAll(async () => {
  await shop.stop();
  await filled.close();
});

const metrics = (): Promise<Response> => fetch(`http://127.0.0.1:${shop.adminPort}/metrics`);

it("a running shop tells its orders, queues and provider in Prometheus's format, on ADMIN_PORT only", async () => {
  const sold = 'numstore_purchases_total{outcome="sold",reason="none"} 1';
  const cleo = await filled.customer("Cleo");
  await cleo.buyWhatsApp();
  await expect.poll(async () => (await metrics()).text()).toContain(sold);
  const answer = await metrics();
  expect(answer.headers.get("content-type")).toContain("text/plain");
  const text = await answer.text();
  expect(text).toMatch(/^numstore_orders_open\{provider="oxgel",state="waiting"\} [12]$/m);
  expect(text).toMatch(/^numstore_topups_total\{gateway="stars",outcome="credited"\} 1$/m);
  expect(text).toMatch(/^numstore_watching\{provider="oxgel"\} 1$/m);
  expect(text).toMatch(/^numstore_provider_circuit_open\{provider="oxgel"\} 0$/m);
  expect(text).toMatch(/^numstore_provider_requests_total\{provider="oxgel",priority="purchase"\} 1$/m);
  expect(text).toMatch(/^numstore_provider_rate\{provider="oxgel",limit="effective"\} \d+$/m);
  expect(text).toMatch(/^numstore_update_latency_seconds_count [1-9]\d*$/m);
  expect(text).toMatch(/^numstore_database_connections\{state="waiting"\} 0$/m);
  expect((await fetch(`http://127.0.0.1:${shop.port}/metrics`)).status).toBe(404);
});

it("no metric holds a phone number, a code or the name of a person", async () => {
  const text = await (await metrics()).text();
  for (const order of await shop.db.selectFrom("orders").select(["id", "phone", "buyer_id"]).execute()) {
    for (const secret of [order.id, order.buyer_id, order.phone?.slice(1) ?? "-"])
      expect(text).not.toContain(secret);
  }
  expect(text).not.toMatch(/482913|Cleo|Ada/);
});
