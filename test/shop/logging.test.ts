import { describe, expect, it } from "vitest";
import { createLogger, safeError } from "../../src/shop/logging.ts";

const TOKEN = "123456789:AAF-secretsecretsecretsecretsecret0";
const KEY = "k-4f3a9c-provider";
const PHONE = "+447700900123";

function capture(log: (logger: ReturnType<typeof createLogger>) => void, secrets: string[] = []): string {
  const lines: string[] = [];
  log(createLogger("debug", { destination: { write: (line) => lines.push(line) }, secrets }));
  return lines.join("");
}

describe("createLogger", () => {
  it("writes one JSON object a line with level, time and message", () => {
    const line = JSON.parse(
      capture((logger) => logger.child({ updateId: 7 }).info({ orderId: "x" }, "placed")),
    );
    expect(line).toEqual({
      level: "info",
      time: expect.any(String),
      updateId: 7,
      orderId: "x",
      msg: "placed",
    });
  });

  it("redacts fields that hold what is private, also one level down", () => {
    const secret = { phone: PHONE, code: "482913", text: "your code 482913", token: TOKEN, apiKey: KEY };
    const text = capture((logger) => {
      logger.info(secret, "top");
      logger.info({ order: secret, sms: [{ code: "482913" }] }, "nested");
      logger.child(secret).info({}, "child");
    });
    for (const value of [PHONE, "482913", TOKEN, KEY]) expect(text).not.toContain(value);
    expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(15);
  });

  it("keeps error codes, which are words", () => {
    expect(capture((logger) => logger.info({ code: "out_of_stock" }, "refused"))).toContain("out_of_stock");
    const error = Object.assign(new Error("down"), { code: "ECONNREFUSED" });
    expect(capture((logger) => logger.info({ error }, "failed"))).toContain("ECONNREFUSED");
  });

  it("blanks configured secrets and bot tokens wherever they stand", () => {
    const text = capture(
      (logger) => logger.info({ note: `key ${KEY} at https://p.example/x?api_key=abcdef` }, `bot ${TOKEN}`),
      [KEY],
    );
    expect(text).not.toContain(KEY);
    expect(text).not.toContain("abcdef");
    expect(text).not.toContain("AAF-");
    expect(JSON.parse(text).note).toBe("key [redacted] at https://p.example/x?[redacted]");
  });

  it("blanks secrets that JSON writes with escapes", () => {
    const secret = 'pass"word\\1234';
    expect(capture((logger) => logger.info({ note: secret }, "x"), [secret])).not.toContain("1234");
  });

  it("never prints what libraries hang on their errors", () => {
    const error = Object.assign(new Error("failed"), {
      config: { url: `https://p.example/?key=${KEY}` },
      ctx: { api: { token: TOKEN } },
      payload: { chat_id: 42, text: "482913" },
      response: { data: { phone: PHONE } },
    });
    for (const field of ["error", "err", "cause"]) {
      const text = capture((logger) => logger.error({ [field]: error }, "x"));
      for (const value of [KEY, TOKEN, PHONE, "482913"]) expect(text).not.toContain(value);
      expect(text).toContain("failed");
    }
  });
});

describe("safeError", () => {
  it("scrubs tokens, queries, credentials and phone numbers from message and stack", () => {
    const error = new Error(
      `GET https://p.example/api?key=${KEY}&action=getNumber failed; https://api.telegram.org/bot${TOKEN}/getMe; ` +
        `postgres://shop:pa55word@db/x; number ${PHONE} and +44 7700 900123`,
    );
    const text = JSON.stringify(safeError(error));
    for (const value of [KEY, TOKEN, "pa55word", "7700900123", "7700 900123"])
      expect(text).not.toContain(value);
    expect(text).toContain("https://p.example/api?[redacted]");
    expect(text).toContain("/bot[token]/getMe");
  });

  it("keeps ids, so that a fault can be traced", () => {
    const id = "01933333-3333-7333-8333-123456789012";
    expect(safeError(new Error(`order ${id} failed with 503`)).message).toBe(`order ${id} failed with 503`);
  });

  it("follows causes, wrapped errors and aggregates, a few levels deep", () => {
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const wrapped = Object.assign(new Error("outer"), { error: new AggregateError([refused], "") });
    expect(safeError(wrapped).cause?.cause).toMatchObject({ code: "ECONNREFUSED", message: "connect" });
    const circular: Error = new Error("round");
    circular.cause = circular;
    expect(() => JSON.stringify(safeError(circular))).not.toThrow();
  });

  it("takes anything that can be thrown", () => {
    expect(safeError("plain")).toEqual({ name: "string", message: "plain" });
    expect(safeError(undefined)).toEqual({ name: "undefined", message: "undefined" });
  });
});
