/** A cell: text as somebody else may have written it, or a number of our own, which stays a plain decimal. */
export type CsvCell = { readonly text: string | null } | { readonly number: string };

/** First in a file, so that spreadsheet programs read it as UTF-8. */
export const csvStart = "\ufeff";

/**
 * One line of a CSV file (RFC 4180). A semicolon is quoted too: some spreadsheet programs part cells at it. Spreadsheet programs run a cell that begins with = + - @ or a control character as a
 * formula, so such text gets an apostrophe before it.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(written).join(",")}\r\n`;
}

function written(cell: CsvCell): string {
  if ("number" in cell) return cell.number;
  const text = cell.text ?? "";
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
