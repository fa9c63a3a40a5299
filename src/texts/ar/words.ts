import { counted } from "../plural.ts";

/** What a buyer could type. */
export const example = "whatsapp مصر";

/** Hours after a preposition. One and two are said without a number: "ساعتين". */
export function hoursInArabic(count: number): string {
  if (count === 1) return "ساعة";
  if (count === 2) return "ساعتين";
  return counted("ar", count, { few: "ساعات", other: "ساعة" });
}
