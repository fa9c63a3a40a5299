import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { startPretendProvider } from "../../../sandbox/providers/server.ts";
import type { PurchaseRequest } from "../../../src/providers/port/provider.ts";
import { createPushGateway } from "../../../src/providers/protocols/push-gateway.ts";
import { createTestClock } from "../../support/clock.ts";
import { providerSettings } from "../../support/provider-settings.ts";
import { createScriptedHttp, type ScriptedAnswer } from "../../support/scripted-http.ts";

const settings = providerSettings("push-gateway", "https://gateway.example/", {
  key: "k/e y",
});
const india: ScriptedAnswer = {
  body: {
    status: "success",
    data: { countries: [{ id: 1, name: "India", phone_code: "91" }], operators: [] },
  },
};
const bought = (phone: unknown): ScriptedAnswer => ({
  body: { status: "success", data: { phone_number: phone } },
});
const request: PurchaseRequest = {
  serviceCode: null,
  countryCode: "1",
  operator: null,
  ceilingMicros: 120_000n,
  reference: "order",
};
const tap = { priority: "purchase" } as const;

function setUp(...answers: ScriptedAnswer[]) {
  const http = createScriptedHttp(...answers);
  const clock = createTestClock();
  return { http, clock, provider: createPushGateway(settings, http, clock) };
}

describe("a purchase from a push gateway", () => {
  it("is one request that names the country and asks for the full number", async () => {
    const { http, provider } = setUp(bought("+919163012345"));
    const rental = await provider.buy({ ...request, operator: "101" }, tap);
    expect(rental).toMatchObject({ phone: "+919163012345", costMicros: null });
    expect(http.requests.map((sent) => sent.url.href)).toEqual([
      "https://gateway.example/api/get-number/k%2Fe%20y?country_id=1&operator_id=101&number_format=full",
    ]);
  });

  it("gives the same number another id when it is rented again later", async () => {
    const { provider, clock } = setUp(bought("+919163012345"), bought("+919163012345"));
    const first = await provider.buy(request, tap);
    await clock.advance(1);
    const second = await provider.buy(request, tap);
    expect(second.upstreamId).not.toBe(first.upstreamId);
  });

  it("completes a national number with the calling code that the country list named", async () => {
    const { provider } = setUp(india, bought("9163012345"));
    await provider.countries({ priority: "background" });
    expect(await provider.buy(request, tap)).toMatchObject({ phone: "+919163012345" });
  });

  it("is in doubt when the number cannot be completed", async () => {
    const { provider } = setUp(bought("9163012345"));
    await expect(provider.buy(request, tap)).rejects.toMatchObject({ kind: "garbage", definite: false });
  });

  it.each([
    [400, { status: "error", message: "country_id is required" }, "bad_mapping", true],
    [400, { status: "error", message: "Unknown operator" }, "bad_mapping", true],
    [400, { status: "error", message: "user_id is required with api_key" }, "bad_credentials", true],
    [400, { status: "error", message: "Too many numbers today" }, "refused", true],
    [400, { status: "error", message: "No number received" }, "no_stock", true],
    [400, { status: "error", message: "Unable to get number: server error" }, "unavailable", false],
    [404, { status: "error", message: "No number received: timed out" }, "unavailable", false],
    [408, { status: "error", message: "No number received" }, "unavailable", false],
    [425, { status: "error", message: "country_id is required" }, "unavailable", false],
    [401, { status: "error", message: "Invalid api_key" }, "bad_credentials", true],
    [403, { status: "error", message: "Manager inactive. Contact support." }, "suspended", true],
    [404, { status: "error", message: "No number received" }, "no_stock", true],
    [404, { status: "error", message: "Target user not found or inactive" }, "suspended", true],
    [404, { error: "Not Found" }, "refused", true],
    [404, "<html>not here</html>", "garbage", false],
    [500, { status: "error", message: "Unable to get number" }, "unavailable", false],
    [500, { status: "error", message: "Could not fetch service data" }, "unavailable", false],
    [200, { status: "error", message: "No number received" }, "garbage", false],
    [200, { status: "success", data: {} }, "garbage", false],
    [200, "", "garbage", false],
  ])("that ends with HTTP %i %j is %s, definite: %s", async (status, body, kind, definite) => {
    const { provider } = setUp({ status, body });
    const error = await provider.buy(request, tap).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind, definite });
    expect(String(error)).not.toContain("k/e y");
    expect(String(error)).not.toContain("k%2Fe");
  });
});

describe("a push gateway's webhook", () => {
  const { provider } = setUp();
  const call = (data: unknown, event = "otp_received") => provider.parseWebhook({ event, data });

  it("is an SMS with its number in E.164", () => {
    const data = {
      phone_number: "+1 (234) 567-890",
      otp_code: "012345",
      provider: "X",
      sms_text: "Your OTP is 012345.",
    };
    const sms = { code: "012345", text: "Your OTP is 012345." };
    expect(call(data)).toEqual({ kind: "sms", phone: "+1234567890", sms });
  });

  it("may lack the code or the text, but not both", () => {
    const phone = "+1234567890";
    expect(call({ phone_number: phone, sms_text: "Hello" })).toEqual({
      kind: "sms",
      phone,
      sms: { code: null, text: "Hello" },
    });
    expect(call({ phone_number: phone, otp_code: "1234", sms_text: null })).toEqual({
      kind: "sms",
      phone,
      sms: { code: "1234", text: null },
    });
    expect(call({ phone_number: phone, otp_code: " ", sms_text: "" })).toBeUndefined();
    expect(call({ phone_number: phone })).toBeUndefined();
  });

  it.each([
    [{ phone_number: "nobody", otp_code: "1234" }, "otp_received"],
    [{ otp_code: "1234" }, "otp_received"],
    [{ phone_number: "+1234567890", otp_code: "1234" }, "number_expired"],
    [null, "otp_received"],
  ])("with %j as %s is not one that is documented", (data, event) => {
    expect(call(data, event)).toBeUndefined();
  });

  it("is nothing when the body is no object", () => {
    for (const body of [null, undefined, "otp_received", 5, [], {}])
      expect(provider.parseWebhook(body)).toBeUndefined();
  });
});

describe("the pretend push gateway", () => {
  it("pushes an SMS as often as it is told to, and forgets a push that fails", async () => {
    const clock = createTestClock();
    const upstream = await startPretendProvider({ protocol: "push-gateway", clock, webhookCopies: 3 });
    const bodies: unknown[] = [];
    const receiver = createServer((incoming, outgoing) => {
      incoming.setEncoding("utf8").once("data", (text: string) => {
        bodies.push(JSON.parse(text));
        if (bodies.length === 1) incoming.socket.destroy();
        else outgoing.end();
      });
    });
    try {
      await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
      const address = receiver.address();
      if (typeof address !== "object" || address === null) throw new Error("the receiver has no port");
      upstream.setWebhookUrl(`http://127.0.0.1:${address.port}/`);
      const bought = upstream.market.buy({ serviceCode: null, countryCode: "1" });
      if (bought.kind !== "bought") throw new Error("nothing was sold");
      upstream.market.deliver(bought.rental.id, { code: "004217" });
      await expect.poll(() => bodies.length).toBe(3);
      const { phone } = bought.rental;
      const { provider } = setUp();
      for (const body of bodies)
        expect(provider.parseWebhook(body)).toMatchObject({ kind: "sms", phone, sms: { code: "004217" } });
    } finally {
      receiver.close();
      await upstream.close();
    }
  });
});
