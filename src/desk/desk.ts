import type { Clock } from "../core/clock.ts";
import type { Database } from "../db/client.ts";
import type { AnyDraftKind } from "./drafts/draft-kind.ts";
import { createDrafts, type Drafts } from "./drafts/drafts.ts";
import { createStaffBook, type StaffBook } from "./staff/staff.ts";

export interface DeskServiceDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** ADMIN_IDS. */
  readonly ownerIds: readonly number[];
  readonly onMessages: () => void;
}

/** What the screens of the desk call. A field a subject, each made by its folder. */
export interface DeskServices {
  readonly staff: StaffBook;
  readonly drafts: Drafts;
}

export function createDeskServices(deps: DeskServiceDeps): DeskServices {
  const staff = createStaffBook(deps);
  const drafts = createDrafts({ ...deps, staff, kinds: draftKinds() });
  return { staff, drafts };
}

/** Every kind of change that is made through a draft. */
function draftKinds(): readonly AnyDraftKind[] {
  return [];
}
