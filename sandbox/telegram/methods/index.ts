import { editMethods } from "./edits.ts";
import { forumMethods } from "./forum.ts";
import { messageMethods } from "./messages.ts";
import type { Method } from "./method.ts";
import { paymentMethods } from "./payments.ts";
import { profileMethods } from "./profile.ts";
import { profilePhotoMethods } from "./profile-photo.ts";
import { queryMethods } from "./queries.ts";
import { updateMethods } from "./updates.ts";

const byLowerCaseName: ReadonlyMap<string, { name: string; run: Method }> = new Map(
  Object.entries({
    ...updateMethods,
    ...profileMethods,
    ...profilePhotoMethods,
    ...messageMethods,
    ...editMethods,
    ...forumMethods,
    ...queryMethods,
    ...paymentMethods,
  }).map(([name, run]) => [name.toLowerCase(), { name, run }]),
);

/** Finds a method by its name, in any case, and returns its documented spelling. Undefined: not implemented. */
export function findMethod(name: string): { name: string; run: Method } | undefined {
  return byLowerCaseName.get(name.toLowerCase());
}
