/**
 * The number of edits that turn `a` into `b`: insert, delete, replace, or swap two neighbours (optimal string alignment).
 * Returns limit + 1 if it is above `limit`. For words of up to 200 letters.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast = new Uint8Array(b.length + 1);
  let last = Uint8Array.from(beforeLast, (_, index) => index);
  let current = new Uint8Array(b.length + 1);
  for (let row = 1; row <= a.length; row += 1) {
    current[0] = row;
    let least = row;
    for (let column = 1; column <= b.length; column += 1) {
      const [left, up] = [a.charCodeAt(row - 1), b.charCodeAt(column - 1)];
      let edits = (last[column - 1] ?? 0) + (left === up ? 0 : 1);
      edits = Math.min(edits, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const isSwap =
        row > 1 && column > 1 && left === b.charCodeAt(column - 2) && up === a.charCodeAt(row - 2);
      if (isSwap) edits = Math.min(edits, (beforeLast[column - 2] ?? 0) + 1);
      current[column] = edits;
      if (edits < least) least = edits;
    }
    if (least > limit) return limit + 1;
    [beforeLast, last, current] = [last, current, beforeLast];
  }
  return Math.min(last[b.length] ?? 0, limit + 1);
}
