/** Letters that NFKD leaves alone although people type the plain one. Alef, hamza and yeh variants count as one. */
const PLAIN: Readonly<Record<string, string>> = {
  ı: "i",
  ß: "ss",
  ø: "o",
  ł: "l",
  đ: "d",
  æ: "ae",
  ى: "ي",
  ی: "ي",
  ة: "ه",
  ک: "ك",
  گ: "ك",
  پ: "ب",
  چ: "ج",
  ڤ: "ف",
  ء: "",
  ـ: "",
};
const ARABIC_ARTICLE = "ال";
/** "al-" is taken off only where a word remains. */
const MIN_WITHOUT_ARTICLE = 3;
/** Conjunctions and prepositions that Arabic writes as part of the word, with and without the article. */
const ARABIC_PREFIXES = ["وال", "بال", "فال", "كال", "لل", "و", "ب", "ل", "ف"];

/**
 * The form in which one word is compared: lower case, without accents and vowel signs, Western digits, Arabic without the
 * article. Pure Latin and Cyrillic words keep their script.
 */
export function fold(word: string): string {
  if (/^[\w\s]*$/.test(word)) return word.toLowerCase();
  const plain = word
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[ıßøłđæىیةکگپچڤءـ]/g, (letter) => PLAIN[letter] ?? letter)
    .replace(/([\u0600-\u06ff])\1{2,}/g, "$1")
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
  const isLong = plain.length >= ARABIC_ARTICLE.length + MIN_WITHOUT_ARTICLE;
  return isLong && plain.startsWith(ARABIC_ARTICLE) ? plain.slice(ARABIC_ARTICLE.length) : plain;
}

/** All words of a name, folded and written as one: "Côte d'Ivoire" → "cotedivoire". */
export function foldedKey(name: string): string {
  return splitWords(name).map(fold).join("");
}

/** The words of a text as they are written. */
export function splitWords(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** The folded word, then the word without the Arabic prefixes it may begin with. */
export function withoutPrefixes(folded: string): string[] {
  if (!/^[\u0600-\u06ff]/.test(folded)) return [folded];
  const rests = ARABIC_PREFIXES.filter((prefix) => folded.startsWith(prefix)).map((prefix) =>
    fold(folded.slice(prefix.length)),
  );
  return [folded, ...rests.filter((rest) => rest.length >= MIN_WITHOUT_ARTICLE)];
}

const LATIN_OF: Readonly<Record<string, string>> = Object.fromEntries(
  "а:a б:b в:v г:g д:d е:e ж:zh з:z и:i й:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h ц:ts ч:ch ш:sh щ:sh ъ: ы:i ь: э:e ю:yu я:ya і:i ї:i є:e ґ:g"
    .split(" ")
    .map((pair) => [pair.charAt(0), pair.slice(2)]),
);

/** Spellings of one sound, in the order in which they are replaced. */
const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/wh/g, "v"],
  [/w/g, "v"],
  [/shch|sch/g, "sh"],
  [/kh/g, "h"],
  [/ph/g, "f"],
  [/c(?!h)/g, "k"],
  [/q/g, "k"],
  [/x/g, "ks"],
  [/[yj]/g, "i"],
  [/(.)\1+/g, "$1"],
];

/**
 * How a Latin or Cyrillic key sounds, roughly, so that spellings of one word meet: "votsap" and "вотсап", "diskord" and
 * "discord", "rossija" and "россия". Other scripts stay as they are.
 */
export function soundKey(key: string): string {
  if (!/[a-zа-яіїєґ]/.test(key)) return key;
  const latin = key.replace(/[а-яіїєґ]/g, (letter) => LATIN_OF[letter] ?? letter);
  return SOUNDS.reduce((text, [pattern, sound]) => text.replace(pattern, sound), latin);
}

const LOOK_ALIKES: readonly (readonly [string, string])[] = [
  ..."аa вb еe кk мm нh оo рp сc тt уy хx іi ѕs јj"
    .split(" ")
    .map((pair) => [pair.charAt(0), pair.charAt(1)] as const),
];
const toLatin = new Map(LOOK_ALIKES);
const toCyrillic = new Map(LOOK_ALIKES.map(([cyrillic, latin]) => [latin, cyrillic] as const));

/**
 * What a word of mixed Latin and Cyrillic letters may mean: look-alikes read as Latin, or as Cyrillic, or the Cyrillic
 * letters as they sound. Empty for a word of one script.
 */
export function unmixed(folded: string): string[] {
  if (!/[a-z]/.test(folded) || !/[а-яіѕј]/.test(folded)) return [];
  const latin = folded.replace(/[а-яіѕј]/g, (letter) => toLatin.get(letter) ?? letter);
  const cyrillic = folded.replace(/[a-z]/g, (letter) => toCyrillic.get(letter) ?? letter);
  const sounded = folded.replace(/[а-яі]/g, (letter) => LATIN_OF[letter] ?? letter);
  return [latin, cyrillic, sounded].filter((word) => !(/[a-z]/.test(word) && /[а-яіѕј]/.test(word)));
}
