import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkDataDirectory } from "../../src/commands/doctor/database-checks.ts";
import { createReport } from "../../src/commands/doctor/report.ts";
import { systemClock as clock } from "../../src/core/clock.ts";

describe("a line of the doctor", () => {
  const collect = (options: { timeoutMs?: number; secrets?: string[] } = {}) => {
    const lines: string[] = [];
    const report = createReport({ clock, print: (line) => lines.push(line), secrets: [], ...options });
    return { lines, report };
  };

  it("is a FAIL when nothing answers in time", async () => {
    const { lines, report } = collect({ timeoutMs: 20 });
    expect(await report.check("slow", () => new Promise(() => undefined))).toBe("FAIL");
    expect(lines[0]).toMatch(/^FAIL slow: no answer in 0.02 s/);
  });

  it("is one line, without a secret, whatever the error says", async () => {
    const { lines, report } = collect({ secrets: ["s3cret"] });
    await report.check("bad", async () => {
      throw new Error("refused\n  key=s3cret");
    });
    expect(lines).toEqual(["FAIL bad: refused key=[redacted]"]);
  });

  it("comes as soon as it is known", async () => {
    const { lines, report } = collect();
    const slow = report.check("slow", async () => {
      await clock.sleep(50);
      return { verdict: "PASS", detail: "late" };
    });
    await report.check("quick", async () => ({ verdict: "PASS", detail: "at once" }));
    expect(lines).toEqual(["PASS quick: at once"]);
    await slow;
    expect(lines[1]).toBe("PASS slow: late");
  });

  it("warns of a data directory that others may write to", async () => {
    const directory = await mkdtemp(join(tmpdir(), "numstore-doctor-"));
    const { lines, report } = collect();
    await checkDataDirectory(report, directory);
    await chmod(directory, 0o777);
    await checkDataDirectory(report, directory);
    await rm(directory, { recursive: true });
    await checkDataDirectory(report, directory);
    expect(lines.map((line) => line.slice(0, 4))).toEqual(["PASS", "WARN", "FAIL"]);
    expect(lines[1]).toContain("chmod go-w");
  });
});
