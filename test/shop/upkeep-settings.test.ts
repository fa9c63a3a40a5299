import { describe, expect, it } from "vitest";
import { describeConfig, secretsOf } from "../../src/shop/config/describe.ts";
import { configOf, problemsOf } from "./variables.ts";

describe("upkeep", () => {
  it("makes backups where a folder is named, and keeps the heartbeat's address out of the log", () => {
    expect(
      configOf({ BACKUP_DIR: "/backups", BACKUP_EVERY_HOURS: "6", BACKUP_KEEP: "3" }).upkeep.backups,
    ).toEqual({
      dir: "/backups",
      everyMs: 21_600_000,
      keep: 3,
    });
    const heartbeat = configOf({ HEARTBEAT_URL: "https://watch.example/key-1234" });
    expect(secretsOf(heartbeat)).toContain("https://watch.example/key-1234");
    expect(JSON.stringify(describeConfig(heartbeat))).not.toContain("key-1234");
    expect(configOf({ OPERATORS_CHAT: "-1001234567890" }).upkeep.operatorsChat).toBe(-1_001_234_567_890);
    for (const id of ["1001234567890", "@group", "-", "-1.5", "-99999999999999999"])
      expect(problemsOf({ OPERATORS_CHAT: id }), id).toHaveLength(1);
    expect(problemsOf({ BACKUP_EVERY_HOURS: "0" })).toHaveLength(1);
  });
});
