import type { Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import { type PauseRow, type SwitchRow, selectPauses, selectSwitches } from "../../db/queries/switches.ts";
import { type Naming, nameScope } from "../scope-names.ts";

export interface ListedSwitch {
  readonly row: SwitchRow;
  readonly name: string;
}

/** What is off sale and what is paused. Changes are draft kinds. */
export interface Switches {
  list(): Promise<readonly ListedSwitch[]>;
  pauses(): Promise<readonly PauseRow[]>;
}

export function createSwitches(deps: { db: Database; clock: Clock; catalog: Naming }): Switches {
  const { db, clock, catalog } = deps;
  return {
    async list() {
      const rows = await selectSwitches(db, clock.now());
      return await Promise.all(rows.map(async (row) => ({ row, name: await nameScope(catalog, row) })));
    },
    pauses: () => selectPauses(db, clock.now()),
  };
}
