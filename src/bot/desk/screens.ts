import type { DeskServices } from "../../desk/desk.ts";
import { createDraftScreen } from "./draft-screen.ts";
import { createFiguresScreen } from "./figures/screen.ts";
import { createHomeScreen } from "./home.ts";
import type { Screen } from "./screen.ts";

/**
 * Every screen of the desk, home first. A new screen is a line here; test/desk/roles.test.ts then opens it, and tries
 * each of its actions, as every role.
 */
export function createDeskScreens(services: DeskServices): readonly Screen[] {
  const screens = [createDraftScreen(services.drafts), createFiguresScreen(services)];
  return [createHomeScreen(screens), ...screens];
}
