const QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю";
/** The Arabic (101) layout; its "b" key writes two letters. */
const ARABIC = ["ذ", ..."ضصثقفغعهخحجدشسيبلاتنمكطئءؤر", "لا", ..."ىةوز"];

const toRussian = tableOf([...QWERTY], [...RUSSIAN]);
const fromRussian = tableOf([...RUSSIAN], [...QWERTY]);
const toArabic = tableOf([...QWERTY], ARABIC);
const fromArabic = tableOf(ARABIC, [...QWERTY]);

function tableOf(from: readonly string[], to: readonly string[]): ReadonlyMap<string, string> {
  return new Map(from.map((key, index) => [key, to[index] ?? key]));
}

export const layoutNames = ["toRussian", "fromRussian", "toArabic", "fromArabic"] as const;

const layouts = {
  toRussian: { typed: /[a-z]/, table: toRussian },
  fromRussian: { typed: /[а-яё]/, table: fromRussian },
  toArabic: { typed: /[a-z]/, table: toArabic },
  fromArabic: { typed: /[\u0600-\u06ff]/, table: fromArabic },
};

/**
 * What was meant if the keyboard was set to the wrong language: the same keys in the other layout. "" if the text has no
 * letter of the layout that it would have been typed in.
 */
export function swapLayout(text: string, name: (typeof layoutNames)[number]): string {
  const { typed, table } = layouts[name];
  const lower = text.toLowerCase();
  if (!typed.test(lower)) return "";
  // Two letters from one key; a sign that nobody types stands for them meanwhile.
  const keys = [...lower.replaceAll("لا", "\u0001")].map((key) => (key === "\u0001" ? "لا" : key));
  return keys.map((key) => table.get(key) ?? key).join("");
}
