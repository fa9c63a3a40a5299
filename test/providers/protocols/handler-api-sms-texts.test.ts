import { describe, expect, it } from "vitest";
import { createHandlerApi } from "../../../src/providers/protocols/handler-api/handler-api.ts";
import { providerSettings } from "../../support/provider-settings.ts";
import { createScriptedHttp, type ScriptedAnswer } from "../../support/scripted-http.ts";

const settings = providerSettings("handler-api", "https://supplier.example/stubs/handler_api.php");
const poll = { priority: "poll" } as const;
const tap = { priority: "tap" } as const;
const background = { priority: "background" } as const;
const TEXT = "Your code is 0123. Do not share it";

/** A supplier that gives these answers in turn; the test fails at one request more. */
function supplier(answers: readonly (string | ScriptedAnswer)[], dialect = "herosms") {
  const script = answers.map((answer) => (typeof answer === "string" ? { body: answer } : answer));
  const http = createScriptedHttp(...script);
  const provider = createHandlerApi({ ...settings, dialect }, http);
  const text = (code = "0123", id = "1") => provider.text(id, code, background);
  const actions = () => http.requests.map(({ url }) => url.searchParams.get("action"));
  return { provider, text, actions, requests: http.requests };
}

const sent = { dateTime: "2026-03-01 12:00:00", code: "0123", text: TEXT };

describe("the text of an SMS", () => {
  it.each<[string, unknown]>([
    ["sms-activate and Tiger", { verificationType: 0, sms: sent }],
    ["HeroSMS", { verificationType: 0, data: sent }],
    ["a list", { verificationType: "0", data: [{ smsCode: "99", smsText: "Old 99" }, sent] }],
    ["other names", { verificationType: 0, data: { smsCode: "0123", smsText: TEXT } }],
    ["one level more", { verificationType: 0, data: { sms: sent } }],
  ])("is read from the shape of %s", async (_name, body) => {
    expect(await supplier([{ body }]).text()).toBe(TEXT);
  });

  it.each<[string, string | ScriptedAnswer]>([
    ["another code", { body: { verificationType: 0, sms: { ...sent, code: "4567" } } }],
    ["a code without its zero", { body: { verificationType: 0, sms: { ...sent, code: 123 } } }],
    ["no SMS", { body: { verificationType: 0, sms: null } }],
    ["an SMS without text", { body: { verificationType: 0, sms: { code: "0123", text: "" } } }],
    ["the code for a text", { body: { verificationType: 0, sms: { code: "0123", text: "0123" } } }],
    ["a bare token", "STATUS_CANCEL"],
    ["the status again", "STATUS_OK:0123"],
    ["a refusal", { status: 404, body: { title: "NOT_FOUND" } }],
    ["an unknown action", "BAD_ACTION"],
    ["a list", "[]"],
    ["null", "null"],
    ["nothing", ""],
    ["half a body", '{"verificationType":0,"sms":{"code":"0123","te'],
  ])("is none when V2 answers %s", async (_name, answer) => {
    expect(await supplier([answer]).text()).toBeNull();
  });

  it("can be asked for again when the supplier did not answer", async () => {
    const { text } = supplier([{ status: 502, body: "<html></html>" }, { body: { sms: sent } }]);
    await expect(text()).rejects.toMatchObject({ kind: "unavailable" });
    expect(await text()).toBe(TEXT);
  });

  it("never delays its code: a check sends one request and shows the code alone", async () => {
    const { provider, actions } = supplier(["STATUS_OK:0123"]);
    const seen = await provider.check("1", poll);
    expect(seen).toEqual({ status: "received", sms: [{ code: "0123", text: null }] });
    expect(actions()).toEqual(["getStatus"]);
  });

  it("is asked for with the priority of what is left over", async () => {
    const { text, requests } = supplier([{ body: { sms: sent } }]);
    await text();
    expect(requests[0]).toMatchObject({ method: "GET", priority: "background" });
    expect(requests[0]?.url.searchParams.get("id")).toBe("1");
  });

  it("is the last one's when the same code comes again", async () => {
    const second = { ...sent, text: "0123 it is, once more" };
    const { provider, text } = supplier([
      { body: { sms: sent } },
      "ACCESS_RETRY_GET",
      { body: { sms: second } },
    ]);
    expect(await text()).toBe(TEXT);
    await provider.another("1", tap);
    expect(await text()).toBe(second.text);
  });

  it("comes with the status where that has it", async () => {
    const { provider } = supplier([`STATUS_OK:${TEXT}`]);
    expect((await provider.check("1", poll)).sms).toEqual([{ code: "0123", text: TEXT }]);
  });

  it("is not asked for at a supplier that does not have it", async () => {
    const { provider, text, actions } = supplier([], "smsbower");
    expect(provider.capabilities.text).toBe(false);
    await expect(text()).rejects.toMatchObject({ kind: "unsupported", definite: true });
    expect(actions()).toEqual([]);
  });

  it.each<[string, string | ScriptedAnswer]>([
    ["does not know the action", "BAD_ACTION"],
    ["answers with a page", { status: 404, body: "<html></html>" }],
  ])("is not asked for again at an unknown supplier that %s", async (_name, answer) => {
    const { text, actions } = supplier([answer], "plain");
    for (const id of ["1", "2", "3"]) expect(await text("0123", id)).toBeNull();
    expect(actions()).toEqual(["getStatusV2"]);
  });

  it("goes on at an unknown supplier that has it, and takes no failure for a lack", async () => {
    const { text } = supplier(
      [{ status: 502, body: "" }, { body: { sms: sent } }, "BAD_ACTION", { body: { sms: sent } }],
      "plain",
    );
    await expect(text()).rejects.toMatchObject({ kind: "unavailable" });
    expect([await text(), await text(), await text()]).toEqual([TEXT, null, TEXT]);
  });
});
