import type { Catalog } from "../catalog/catalog.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import type { AnyDraftKind } from "./drafts/draft-kind.ts";
import { createDrafts, type Drafts } from "./drafts/drafts.ts";
import { createFigures, type Figures } from "./figures/figures.ts";
import { createFigureFiles, type FigureFiles } from "./figures/files.ts";
import { createDailyReport, type DailyReport } from "./figures/report.ts";
import { createPainter, type Painter } from "./pictures/painter.ts";
import { createStaffBook, type StaffBook } from "./staff/staff.ts";

export interface DeskServiceDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** ADMIN_IDS. */
  readonly ownerIds: readonly number[];
  readonly catalog: Pick<Catalog, "service" | "country">;
  /** The shop's time zone, as it is set now. */
  readonly shopZone: () => string;
  /** The hour of the shop's wall clock at which the daily report is sent, 0 to 23. */
  readonly reportHour: () => number;
  readonly onMessages: () => void;
}

/** What the screens of the desk call. A field a subject, each made by its folder. */
export interface DeskServices {
  readonly staff: StaffBook;
  readonly drafts: Drafts;
  readonly figures: Figures;
  readonly figureFiles: FigureFiles;
  readonly dailyReport: DailyReport;
  readonly painter: Painter;
  /** For names. */
  readonly catalog: Pick<Catalog, "service" | "country">;
}

export function createDeskServices(deps: DeskServiceDeps): DeskServices {
  const { catalog } = deps;
  const staff = createStaffBook(deps);
  const drafts = createDrafts({ ...deps, staff, kinds: draftKinds() });
  const figures = createFigures(deps);
  const figureFiles = createFigureFiles({ ...deps, figures, staff });
  const dailyReport = createDailyReport({ ...deps, figures, staff });
  return { staff, drafts, figures, figureFiles, dailyReport, painter: createPainter(deps), catalog };
}

/** Every kind of change that is made through a draft. */
function draftKinds(): readonly AnyDraftKind[] {
  return [];
}
