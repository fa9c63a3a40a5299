import { describe, expect, it } from "vitest";
import { createHandlerApi } from "../../../src/providers/protocols/handler-api/handler-api.ts";
import { providerSettings } from "../../support/provider-settings.ts";
import { createScriptedHttp, type ScriptedAnswer } from "../../support/scripted-http.ts";

const settings = providerSettings("handler-api", "https://supplier.example/stubs/handler_api.php");
const poll = { priority: "poll" } as const;
const tap = { priority: "tap" } as const;
const TEXT = "Your code is 0123. Do not share it";
const inFull = { code: "0123", text: TEXT };

/** A supplier that gives these answers in turn; the test fails at one request more. */
function supplier(answers: readonly (string | ScriptedAnswer)[], dialect = "herosms") {
  const script = answers.map((answer) => (typeof answer === "string" ? { body: answer } : answer));
  const http = createScriptedHttp(...script);
  const provider = createHandlerApi({ ...settings, dialect }, http);
  const shown = async (id = "1") => (await provider.check(id, poll)).sms;
  const actions = () => http.requests.map(({ url }) => url.searchParams.get("action"));
  return { provider, shown, actions, requests: http.requests };
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
    expect(await supplier(["STATUS_OK:0123", { body }]).shown()).toEqual([inFull]);
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
    ["a page", { status: 502, body: "<html></html>" }],
  ])("is left out, and the code is shown, when V2 answers %s", async (_name, answer) => {
    const { shown, actions } = supplier(["STATUS_OK:0123", answer, "STATUS_OK:0123"]);
    expect(await shown()).toEqual([{ code: "0123", text: null }]);
    expect(await shown()).toEqual([{ code: "0123", text: null }]);
    expect(actions()).toEqual(["getStatus", "getStatusV2", "getStatus"]);
  });

  it("is asked for once, and stays with its code", async () => {
    const { shown, actions, requests } = supplier([
      "STATUS_OK:0123",
      { body: { verificationType: 0, sms: sent } },
      "STATUS_OK:0123",
    ]);
    expect([await shown(), await shown()]).toEqual([[inFull], [inFull]]);
    expect(actions()).toEqual(["getStatus", "getStatusV2", "getStatus"]);
    expect(requests[1]).toMatchObject({ method: "GET", priority: "poll", timeoutMs: 2000 });
    expect(requests[1]?.url.searchParams.get("id")).toBe("1");
  });

  it("is asked for by one of two checks at the same time", async () => {
    const { shown, actions } = supplier([
      "STATUS_OK:0123",
      "STATUS_OK:0123",
      { body: { verificationType: 0, sms: sent } },
    ]);
    const seen = await Promise.all([shown(), shown()]);
    expect(seen.map(([sms]) => sms?.code)).toEqual(["0123", "0123"]);
    expect(seen).toContainEqual([inFull]);
    expect(actions()).toHaveLength(3);
  });

  it("is asked for again when another code comes, and when the same one comes again", async () => {
    const second = { ...sent, text: "0123 it is, once more" };
    const { provider, shown, actions } = supplier([
      "STATUS_OK:9876",
      { body: { sms: { code: "9876", text: "First 9876" } } },
      "STATUS_OK:0123",
      { body: { sms: sent } },
      "ACCESS_RETRY_GET",
      "STATUS_WAIT_RETRY:0123",
      "STATUS_OK:0123",
      { body: { sms: second } },
    ]);
    expect(await shown()).toEqual([{ code: "9876", text: "First 9876" }]);
    expect(await shown()).toEqual([inFull]);
    await provider.another("1", tap);
    expect(await shown()).toEqual([]);
    expect(await shown()).toEqual([{ code: "0123", text: second.text }]);
    expect(actions().filter((action) => action === "getStatusV2")).toHaveLength(3);
  });

  it("comes with the code that beats a cancel", async () => {
    const { provider } = supplier([
      { status: 409, body: { title: "BAD_STATUS" } },
      "STATUS_OK:0123",
      { body: { data: sent } },
    ]);
    expect(await provider.cancel("1", tap)).toEqual({ kind: "has_sms", sms: [inFull] });
  });

  it("is not asked for where the status has it, shows no code, or belongs to an order that waits", async () => {
    const answers = [`STATUS_OK:${TEXT}`, "STATUS_WAIT_CODE", "STATUS_WAIT_RETRY:0123"];
    const { shown, actions } = supplier(answers);
    expect(await shown()).toEqual([inFull]);
    for (const _answer of answers.slice(1)) expect(await shown()).toEqual([]);
    expect(actions()).toEqual(answers.map(() => "getStatus"));
  });

  it("is not asked for at a supplier that does not have it", async () => {
    const { shown, actions } = supplier(["STATUS_OK:0123"], "smsbower");
    expect(await shown()).toEqual([{ code: "0123", text: null }]);
    expect(actions()).toEqual(["getStatus"]);
  });

  it.each<[string, string | ScriptedAnswer]>([
    ["does not know the action", "BAD_ACTION"],
    ["answers with a page", { status: 404, body: "<html></html>" }],
  ])("is not asked for again at an unknown supplier that %s", async (_name, answer) => {
    const { shown, actions } = supplier(
      ["STATUS_OK:0123", answer, "STATUS_OK:1111", "STATUS_OK:2222"],
      "plain",
    );
    for (const id of ["1", "2", "3"]) expect(await shown(id)).toHaveLength(1);
    expect(actions()).toEqual(["getStatus", "getStatusV2", "getStatus", "getStatus"]);
  });

  it("goes on at an unknown supplier that has it, and forgets no failure for a lack", async () => {
    const { shown } = supplier(
      [
        "STATUS_OK:0123",
        { body: { sms: sent } },
        "STATUS_OK:1111",
        "BAD_ACTION",
        "STATUS_OK:0123",
        { body: { sms: sent } },
      ],
      "plain",
    );
    expect([await shown("1"), await shown("2"), await shown("3")]).toEqual([
      [inFull],
      [{ code: "1111", text: null }],
      [inFull],
    ]);
  });

  it("remembers the orders asked about last, not all that ever were", async () => {
    const ids = Array.from({ length: 2001 }, (_, index) => String(index));
    const once = [{ body: "STATUS_OK:0123" }, { body: { sms: sent } }];
    const { shown, actions } = supplier([...ids.flatMap(() => once), { body: "STATUS_OK:0123" }, ...once]);
    for (const id of ids) await shown(id);
    await shown("2000");
    expect(actions().at(-1)).toBe("getStatus");
    expect(await shown("0")).toEqual([inFull]);
    expect(actions().at(-1)).toBe("getStatusV2");
  });
});
