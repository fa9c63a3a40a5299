import type { DeskServices } from "../../desk/desk.ts";
import { firstRunTexts as texts } from "../../texts/operator/first-run.ts";
import { lastRow } from "./lists.ts";
import type { Screen } from "./screen.ts";

/** What a new shop still needs, on the home screen until it has everything or sells. */
export function createFirstRunScreen({ firstRun }: Pick<DeskServices, "firstRun">): Screen {
  const list = async (): Promise<string | null> => {
    const steps = await firstRun.checklist();
    if (steps === null) return null;
    const done = steps.filter(({ isDone }) => isDone).length;
    return [texts.heading(done, steps.length), ...steps.map(texts.line)].join("\n");
  };
  return {
    id: "fr",
    right: "settings",
    headline: list,
    show: async () => ({ html: (await list()) ?? texts.done, rows: lastRow() }),
  };
}
