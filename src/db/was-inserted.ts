import type { InsertResult } from "kysely";

/** False: an INSERT with ON CONFLICT left everything as it was. */
export function wasInserted(result: Pick<InsertResult, "numInsertedOrUpdatedRows">): boolean {
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
