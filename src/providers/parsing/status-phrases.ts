import { hasNamedCode, holdsCode } from "./sms-prose.ts";

/** The words in suppliers' descriptions of an order. A text made only of these is a status, not an SMS. */
const vocabulary: ReadonlySet<string> = new Set(
  [
    "a an are be been for from had has have in is it its not of on our please still that the this to was we",
    "were with yet you your any",
    "action activation answer api code codes data message messages msg number numbers order otp otps pin password",
    "request response result service sms status text verification",
    "active available arrived arrive complete completed delivered delivery done empty false fetched found new next no",
    "ok okay one ready receive received receiving requested sent success successful successfully succeeded true",
    "again await awaiting awaited later loading moment pending process processing progress queue queued retry retrying",
    "soon try wait waiting left remaining sec secs second seconds min mins minute minutes s m",
    "cancel canceled cancelled closed denied ended error expire expired expires fail failed failure finished invaild",
    "invalid missing out stopped timeout timed unavailable unknown",
    "na n nan nil none null undefined void object",
    "ждем ждём ожидание ожидаем ожидается ожидайте смс сообщение сообщения код кода нет не пришло получен получено",
    "получена еще ещё номер",
  ].flatMap((line) => line.split(" ")),
);

const BEGINS_WITH_WAITING =
  /^\W*(?:still |please )?(?:a?wait(?:ing)?|pending|processing|loading|ожида\S*|жд[её]м)(?!\p{L})/iu;
/** If a phrase has one of these words, its number is a time or a count, not a code. */
const denials: ReadonlySet<string> = new Set(
  "no not yet none null wait waiting awaiting pending left remaining retry retrying again error failed нет не".split(
    " ",
  ),
);

/** True for phrases such as "Waiting for otp": the SMS has not arrived yet. */
export function saysWaiting(text: string): boolean {
  return BEGINS_WITH_WAITING.test(text) && isStatusPhrase(text);
}

/**
 * True for a status that a supplier returns in place of an SMS: "Waiting for otp", "Message received", "STATUS_WAIT_CODE",
 * "null", "-". False for "OTP: 4821", which holds a code.
 */
export function isStatusPhrase(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const plain = words.filter((word) => !/\p{N}/u.test(word));
  if (!plain.every((word) => vocabulary.has(word))) return false;
  if (words.length === plain.length) return true;
  if (BEGINS_WITH_WAITING.test(text)) return true;
  if (hasNamedCode(text)) return false;
  return plain.some((word) => denials.has(word)) || (!holdsCode(text) && !words.some(isMixed));
}

/** True for a word with both letters and digits, as in some codes. */
function isMixed(word: string): boolean {
  return /\p{L}/u.test(word) && /\p{N}/u.test(word);
}
