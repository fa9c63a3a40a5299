export type Cell = string | number;

/** A plain table with right-aligned columns, the first one left-aligned. Numbers are rounded for reading. */
export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows.map((row) => row.map(formatCell))];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const pad = (line: readonly string[]): string =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [pad(header), rule, ...lines.slice(1).map(pad)].join("\n");
}

function formatCell(cell: Cell): string {
  if (typeof cell === "string") return cell;
  if (!Number.isFinite(cell)) return "-";
  if (cell !== 0 && Math.abs(cell) < 10) return cell.toFixed(2);
  return Math.abs(cell) < 100 ? cell.toFixed(1) : Math.round(cell).toString();
}
