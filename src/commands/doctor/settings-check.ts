import type { Database } from "../../db/client.ts";
import type { AdjustableTexts } from "../../shop/config/adjustable.ts";
import { findConflicts } from "../../shop/live-settings.ts";
import { pass, type Report, warn } from "./report.ts";

/** Tells where the environment and the desk give a setting different values: then the environment has no effect. */
export async function checkSettings(
  report: Report,
  db: Database,
  environment: AdjustableTexts,
): Promise<void> {
  await report.check("settings", async () => {
    const conflicts = await findConflicts(db, environment);
    if (conflicts.length === 0) return pass("the desk and the environment agree");
    const all = conflicts.map(
      ({ name, atDesk, inEnvironment }) => `${name} is ${atDesk}, not ${inEnvironment}`,
    );
    return warn(
      `the desk's value is in force: ${all.join("; ")}. Next: /admin → Settings → Reset, or change the environment`,
    );
  });
}
