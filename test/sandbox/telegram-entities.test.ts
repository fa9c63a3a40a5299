import { describe, expect, test } from "vitest";
import { CAPTION_TEXT, formatText, MESSAGE_TEXT, typedText } from "../../sandbox/telegram/entities.ts";
import { ApiRefusal } from "../../sandbox/telegram/errors.ts";
import type { FormattedText } from "../../sandbox/telegram/types.ts";

const html = (text: string): FormattedText => formatText(text, { parseMode: "HTML" }, MESSAGE_TEXT);

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiRefusal) return error.description;
    throw error;
  }
  throw new Error("Expected a refusal");
}

describe("HTML", () => {
  test.each([
    ["<b>a</b>", "bold"],
    ["<strong>a</strong>", "bold"],
    ["<i>a</i>", "italic"],
    ["<em>a</em>", "italic"],
    ["<u>a</u>", "underline"],
    ["<ins>a</ins>", "underline"],
    ["<s>a</s>", "strikethrough"],
    ["<del>a</del>", "strikethrough"],
    ["<code>a</code>", "code"],
    ["<pre>a</pre>", "pre"],
    ["<tg-spoiler>a</tg-spoiler>", "spoiler"],
    ['<span class="tg-spoiler">a</span>', "spoiler"],
    ["<blockquote>a</blockquote>", "blockquote"],
    ["<blockquote expandable>a</blockquote>", "expandable_blockquote"],
  ])("%s is %s", (text, type) => {
    expect(html(text)).toEqual({ text: "a", entities: [{ type, offset: 0, length: 1 }] });
  });

  test("links, times, emoji and code languages keep what they carry", () => {
    expect(html('<a href="https://a.org/?x=1&amp;y=2">a</a>').entities).toEqual([
      { type: "text_link", offset: 0, length: 1, url: "https://a.org/?x=1&y=2" },
    ]);
    expect(html('<tg-time unix="1775001600" format="r">in 20 minutes</tg-time>').entities).toEqual([
      { type: "date_time", offset: 0, length: 13, unix_time: 1775001600, date_time_format: "r" },
    ]);
    expect(html('<tg-emoji emoji-id="55">x</tg-emoji>').entities).toMatchObject([{ custom_emoji_id: "55" }]);
    expect(html('<pre><code class="language-sql">select</code></pre>').entities).toEqual([
      { type: "pre", offset: 0, length: 6, language: "sql" },
    ]);
  });

  test("offsets count UTF-16 units, move with the trimmed ends, and outer entities come first", () => {
    expect(html("\n 📱 <b>one <i>two</i></b> &lt;&#51;&#x34; &copy;\n")).toEqual({
      text: "📱 one two <34 &copy;",
      entities: [
        { type: "bold", offset: 3, length: 7 },
        { type: "italic", offset: 7, length: 3 },
      ],
    });
  });

  test("an entity of nothing is dropped", () => {
    expect(html("a<b></b>")).toEqual({ text: "a", entities: [] });
  });

  test.each([
    ["1 < 2", 'Unsupported start tag "" at byte offset 2'],
    ["é<x>", 'Unsupported start tag "x" at byte offset 2'],
    ["<b", "Unclosed start tag at byte offset 0"],
    ['<a href="x"', "Unclosed start tag at byte offset 0"],
    ["<b>a", `Can't find end tag corresponding to start tag "b"`],
    ["a</b>", "Unexpected end tag at byte offset 1"],
    ["<b>a</b", "Unclosed end tag at byte offset 4"],
    ["<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
    ["<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ['<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"],
    ['<tg-time unix="soon">a</tg-time>', 'Tag "tg-time" must have a valid Unix time at byte offset 0'],
    ['<tg-time unix="1" format="z">a</tg-time>', 'Tag "tg-time" has an invalid format at byte offset 0'],
  ])("%s cannot be parsed", (text, reason) => {
    expect(refusal(() => html(text))).toBe(`Bad Request: can't parse entities: ${reason}`);
  });
});

describe("entities given directly", () => {
  const bold = (offset: number, length: number): object[] => [{ type: "bold", offset, length }];

  test("they are kept, without empty ones", () => {
    const entities = [...bold(0, 1), ...bold(1, 0)];
    expect(formatText("ab", { entities }, MESSAGE_TEXT).entities).toEqual(bold(0, 1));
  });

  test.each([
    [bold(2, 1), "entity begins after the end of the text at UTF-16 offset 2"],
    [bold(1, 5), "entity ends after the end of the text at UTF-16 offset 6"],
    [["bold"], "can't parse entities: expected an Array of MessageEntity"],
  ])("%j in a text of two letters is refused", (entities, description) => {
    expect(refusal(() => formatText("ab", { entities }, MESSAGE_TEXT))).toBe(`Bad Request: ${description}`);
  });
});

describe("limits and detection", () => {
  test("a caption may be empty and holds 1024 characters", () => {
    expect(formatText("", {}, CAPTION_TEXT).text).toBe("");
    expect(refusal(() => formatText("x".repeat(1025), {}, CAPTION_TEXT))).toBe(
      "Bad Request: message caption is too long",
    );
  });

  test("commands, links, mentions and hashtags are found, but not inside code", () => {
    const { entities } = typedText("/buy@my_bot see https://a.org/x. or @numstore_bot #new and 1/2");
    expect(entities).toEqual([
      { type: "bot_command", offset: 0, length: 11 },
      { type: "url", offset: 16, length: 15 },
      { type: "mention", offset: 36, length: 13 },
      { type: "hashtag", offset: 50, length: 4 },
    ]);
    expect(html("<code>/buy</code>").entities).toEqual([{ type: "code", offset: 0, length: 4 }]);
  });
});
