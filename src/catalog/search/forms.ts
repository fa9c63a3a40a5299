/**
 * Endings that a Russian word takes in the other cases, by its own ending; the longest ending that fits is used. Nouns and
 * adjectives, singular and plural, as far as they occur in names of countries and services.
 */
const RUSSIAN_ENDINGS: readonly (readonly [string, readonly string[]])[] = [
  ["ая", ["ой", "ую"]],
  ["ий", ["ого", "ому", "им", "ом"]],
  ["ый", ["ого", "ому", "ым", "ом"]],
  ["ое", ["ого", "ому", "ым", "ом"]],
  ["ие", ["их", "им", "ими"]],
  ["ые", ["ых", "ым", "ыми"]],
  ["ия", ["ии", "ию", "ией"]],
  ["а", ["ы", "и", "е", "у", "ой", "ам"]],
  ["я", ["и", "е", "ю", "ей"]],
  ["ь", ["я", "и", "ю", "е", "ем", "ью"]],
  ["й", ["я", "ю", "ем", "е"]],
  ["ы", ["", "ов", "ам", "ах"]],
  ["и", ["", "ам", "ах"]],
];
const CONSONANT = /[бвгджзклмнпрстфхцчшщ]$/;
const AFTER_CONSONANT = ["а", "у", "ом", "е", "ы", "и", "ов", "ами"];
const RUSSIAN_ADJECTIVE = ["ий", "ая", "ое", "ие", "ого", "ой", "ую", "им", "их", "ому", "ом", "ими"];
const RUSSIAN_ADJECTIVE_ENDING = /(?:ая|ий|ый|ое|ие|ые)$/;
const MIN_RUSSIAN_WORD = 3;

/** Other cases of a Russian name of one or two words, without the name itself. Words that do not change have none. */
export function russianCases(name: string): string[] {
  const words = name.toLowerCase().split(/[\s-]+/);
  if (words.length > 2) return [];
  const [first = "", second] = words;
  if (second === undefined) return casesOfWord(first);
  // Of two nouns only the second changes: "Шри-Ланка".
  const firsts = RUSSIAN_ADJECTIVE_ENDING.test(first) ? [first, ...casesOfWord(first)] : [first];
  return firsts
    .flatMap((left) => [second, ...casesOfWord(second)].map((right) => `${left} ${right}`))
    .slice(1);
}

function casesOfWord(word: string): string[] {
  if (word.length < MIN_RUSSIAN_WORD || !/^[а-яё]+$/.test(word)) return [];
  const rule = RUSSIAN_ENDINGS.find(([ending]) => word.endsWith(ending));
  if (rule) return rule[1].map((ending) => word.slice(0, word.length - rule[0].length) + ending);
  return CONSONANT.test(word) ? AFTER_CONSONANT.map((ending) => word + ending) : [];
}

/** Every form of the Russian adjective with this stem: "американск" → "американский", "американская", … */
export function russianAdjectives(stem: string): string[] {
  return RUSSIAN_ADJECTIVE.map((ending) => stem + ending);
}

/** Feminine and plural of a Spanish or Portuguese adjective, and itself. */
export function romanceForms(word: string): string[] {
  if (/[éê]s$/.test(word)) {
    const stem = word.replace(/[éê]s$/, "es");
    return [word, `${stem}a`, `${stem}es`, `${stem}as`];
  }
  if (word.endsWith("ão")) return [word, `${word.slice(0, -2)}ã`, `${word.slice(0, -2)}ães`];
  if (word.endsWith("o")) return ["o", "a", "os", "as"].map((ending) => word.slice(0, -1) + ending);
  if (/[aeiouíú]$/.test(word)) return [word, `${word}s`];
  return [word, `${word}a`, `${word}es`, `${word}as`];
}

/** Masculine, feminine and plural of an Arabic adjective of origin. */
export function arabicForms(word: string): string[] {
  return [word, `${word}ة`, `${word}ين`, `${word}ا`];
}
