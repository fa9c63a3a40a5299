import fc from "fast-check";
import { expect, it } from "vitest";
import { makeKey, readKey } from "../../src/reseller/key-format.ts";
import { codeWord, statusWord } from "../../src/reseller/words.ts";

it("whatever an SMS says, getStatus says one line with one colon, no blank and no sign that a client could trip over", () => {
  const text = fc.option(fc.string({ unit: "binary", maxLength: 200 }), { nil: null });
  fc.assert(
    fc.property(text, text, (code, whole) => {
      fc.pre(code !== null || whole !== null);
      const order = { state: "received", sms: { code, text: whole, at: new Date(0) } };
      expect(statusWord(order, "wait")).toMatch(/^STATUS_OK:[0-9A-Za-z-]{1,32}$/);
    }),
  );
});

it("a plain code is told as the chat shows it", () => {
  expect(codeWord({ code: "482913", text: "Your code: 482913" })).toBe("482913");
  expect(codeWord({ code: "012-345", text: null })).toBe("012-345");
  expect(codeWord({ code: null, text: "Code: 55 12" })).toBe("5512");
});

it("a purged code ends in STATUS_CANCEL, and another SMS is waited for in the words of the key's style", () => {
  const purged = { code: null, text: null, at: new Date(0) };
  expect(statusWord({ state: "finished", sms: purged }, "wait")).toBe("STATUS_CANCEL");
  const again = { state: "waiting_again", sms: { ...purged, code: "1111" } };
  expect(statusWord(again, "wait")).toBe("STATUS_WAIT_CODE");
  expect(statusWord(again, "retry")).toBe("STATUS_WAIT_RETRY:1111");
  expect(statusWord(again, "resend")).toBe("STATUS_WAIT_RESEND");
});

it("a key has 32 characters, is read back with blanks and slashes around it, and no mistyped one passes", () => {
  const { text, id, secret } = makeKey();
  expect(text).toMatch(/^ns[0-9A-Za-z]{30}$/);
  expect(readKey(` ${text}/ `)).toEqual({ id, secret });
  const other = text.at(10) === "a" ? "b" : "a";
  expect(readKey(`${text.slice(0, 10)}${other}${text.slice(11)}`)).toBeUndefined();
});
