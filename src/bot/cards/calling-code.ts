/**
 * Country calling codes (ITU-T E.164 assignments). One and two digit codes are listed; everything else has three
 * digits, because the plan is prefix-free.
 */
const short = new Set(
  (
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 " +
    "81 82 84 86 90 91 92 93 94 95 98"
  ).split(" "),
);

/** The calling code that these digits begin with; undefined when there are too few of them to be a number. */
export function callingCode(digits: string): string | undefined {
  if (!/^[1-9]\d{6,14}$/.test(digits)) return undefined;
  const found = [1, 2].map((length) => digits.slice(0, length)).find((prefix) => short.has(prefix));
  return found ?? digits.slice(0, 3);
}
