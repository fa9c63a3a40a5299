import { describe, expect, it } from "vitest";
import type { ProviderSettings } from "../../../src/providers/port/settings.ts";
import { createTempcode77 } from "../../../src/providers/protocols/tempcode77/tempcode77.ts";
import { allOf } from "../../support/pages.ts";
import { createScriptedHttp, type ScriptedAnswer } from "../../support/scripted-http.ts";

const settings: ProviderSettings = {
  name: "alpha",
  protocol: "tempcode77",
  dialect: "plain",
  key: "secret",
  url: "https://tempcode.example/api/v1/index.php",
  currency: "USD",
  usdRate: "1",
  requestsPerSecond: 3,
  prices: null,
};
const poll = { priority: "poll" } as const;
const ok = (data: unknown): ScriptedAnswer => ({ body: { ok: true, data } });
const row = (id: number, sms = "smsRequested", activation = "active") => ({
  id,
  phone: "+14155551234",
  sms_status: sms,
  activation_status: activation,
});
const list = (...rows: unknown[]): ScriptedAnswer => ok({ activations: rows, page: 1, limit: 50, total: 99 });
const rowsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => row(first - index));
const shown = { sms_code: "012345", sms_text: "Your code is 012345" };
const sms = [{ code: "012345", text: "Your code is 012345" }];
const quiet: ScriptedAnswer = ok({ ...row(1), sms_code: null, sms_text: null });
const coded: ScriptedAnswer = ok({ ...row(1, "smsReceived"), ...shown });

function setUp(...answers: ScriptedAnswer[]) {
  const http = createScriptedHttp(...answers);
  const provider = createTempcode77(settings, http);
  return {
    http,
    watch: async (...ids: string[]) => Object.fromEntries(await allOf(provider.checkMany(ids, poll))),
    paths: () => http.requests.map(({ url }) => url.searchParams.get("path")),
    pages: () => http.requests.map(({ url }) => url.searchParams.get("page")),
  };
}

describe("watching many tempcode77 orders", () => {
  it("sends one request for all waiting orders", async () => {
    const { watch, http } = setUp(list(row(2), row(1)));
    const waiting = { status: "waiting", sms: [] };
    expect(await watch("1", "2")).toEqual({ 1: waiting, 2: waiting });
    expect(http.requests.map(({ url }) => url.search)).toEqual(["?path=activations&page=1&limit=50"]);
    expect(http.requests[0]?.priority).toBe("poll");
  });

  it("fetches what a row does not hold: the SMS, and how an order ended", async () => {
    const { watch, http, paths } = setUp(
      list(row(3, "smsRequested", "expired"), row(2, "smsReceived"), row(1)),
      coded,
      ok({ ...row(3, "smsRequested", "expired"), sms_code: null, sms_text: null, expire_at: 1_730_123_456 }),
    );
    expect(await watch("1", "2", "3")).toEqual({
      1: { status: "waiting", sms: [] },
      2: { status: "received", sms },
      3: { status: "expired", sms: [], expiresAt: new Date(1_730_123_456_000) },
    });
    expect(paths()).toEqual(["activations", "activations/2", "activations/3"]);
    // A buyer waits for these; they do not stand behind other polls.
    expect(http.requests.slice(1).map(({ priority }) => priority)).toEqual(["tap", "tap"]);
  });

  it("delivers an SMS that came before the end, whatever the list says of the order", async () => {
    const { watch } = setUp(
      list(row(1, "smsRequested", "expired")),
      ok({ ...row(1, "smsReceived"), ...shown }),
    );
    expect(await watch("1")).toEqual({ 1: { status: "received", sms } });
  });

  it("leaves out orders that it could not read, so that they are checked one by one", async () => {
    const { watch } = setUp(
      list(row(4, "smsReceived"), row(3, "smsReceived"), { ...row(2), id: null }, row(1)),
      coded,
      { status: 502, body: "<html></html>" },
    );
    expect(await watch("1", "2", "4", "3")).toEqual({
      1: { status: "waiting", sms: [] },
      4: { status: "received", sms },
    });
  });

  it("reads on only while some orders have not come up and can be further back", async () => {
    const full = list(...rowsFrom(200, 50));
    const near = setUp(full, list(...rowsFrom(150, 50)));
    await near.watch("180", "120");
    expect(near.pages()).toEqual(["1", "2"]);
    const waiting = { status: "waiting", sms: [] };
    const far = setUp(...[200, 150, 100, 50].map((first) => list(...rowsFrom(first, 50))));
    expect(await far.watch("180", "7")).toEqual({ 7: waiting, 180: waiting });
    expect(far.pages()).toEqual(["1", "2", "3", "4"]);
    const short = setUp(list(...rowsFrom(200, 20)), list(...rowsFrom(180, 20)));
    expect(await short.watch("190", "170")).toEqual({ 190: waiting, 170: waiting });
    const unknown = setUp(list(...rowsFrom(40, 40)));
    await unknown.watch("30", "777");
    expect(unknown.pages()).toEqual(["1"]);
  });

  it("spot-checks three waiting orders at every pass, in turn, with the lowest priority", async () => {
    const five = list(...rowsFrom(5, 5));
    const { watch, http, paths } = setUp(five, five, quiet, quiet, quiet, five, quiet, quiet, quiet);
    const ids = ["1", "2", "3", "4", "5"];
    await watch(...ids);
    await watch(...ids);
    await watch(...ids);
    const looks = paths().filter((path) => path !== "activations");
    expect(looks).toEqual(["1", "2", "3", "4", "5", "1"].map((id) => `activations/${id}`));
    const priorities = http.requests.filter(({ url }) => !url.searchParams.has("page"));
    expect(new Set(priorities.map(({ priority }) => priority))).toEqual(new Set(["background"]));
  });

  it("finds by spot checks the SMS that an outdated list does not show", async () => {
    const two = list(row(2), row(1));
    const { watch } = setUp(two, two, coded, quiet);
    await watch("1", "2");
    expect(await watch("1", "2")).toEqual({
      1: { status: "received", sms },
      2: { status: "waiting", sms: [] },
    });
  });

  it("stops using the list when spot checks keep finding SMS first", async () => {
    const three = list(row(3), row(2), row(1));
    const { watch, http } = setUp(three, three, coded, coded, coded);
    await watch("1", "2", "3");
    await watch("1", "2", "3");
    const before = http.requests.length;
    expect(await watch("4", "5")).toEqual({});
    expect(http.requests).toHaveLength(before);
  });

  it("keeps using a list that shows SMS, even if spot checks sometimes find one first", async () => {
    const two = list(row(2), row(1));
    const { watch } = setUp(
      two,
      ...[two, coded, coded],
      ...[list(row(3, "smsReceived"), row(2), row(1)), coded],
      ...[two, coded, coded],
      two,
    );
    await watch("1", "2");
    await watch("1", "2");
    await watch("1", "2", "3");
    await watch("1", "2");
    expect(await watch("8", "9")).toEqual({});
  });
});
