import { spawnSync } from "node:child_process";
import { appendFile, chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { environmentOf, type Outside, startOutside } from "../../sandbox/world.ts";
import { systemClock } from "../../src/core/clock.ts";
import { copyCluster, killAll, prepareCluster } from "../support/embedded.ts";
import { operatorCommands, ROOT, wordsOf } from "../support/package.ts";
import { type ShopChild, startNode } from "../support/shop-child.ts";

const BUILD_TIMEOUT_MS = 180_000;
let directory: string;
let prepared: string;
/** As in an image: what runs is here, and no src/. */
let installed: string;
let outside: Outside;
const children: ShopChild[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "numstore-compiled-"));
  // PostgreSQL is another user where this runs as root.
  await chmod(directory, 0o755);
  prepared = await prepareCluster();
  outside = await startOutside({ clock: systemClock });
  installed = join(directory, "installed");
  await install(installed);
  const build = runNode(ROOT, "scripts/build.mjs", join(installed, "dist"));
  expect(build.status, build.output).toBe(0);
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  for (const child of children) await child.killEverything();
  await killAll(directory);
  await outside.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  await rm(prepared, { recursive: true });
});

/** Everything that a start needs but the build. */
async function install(target: string): Promise<void> {
  await mkdir(target);
  for (const folder of ["migrations", "scripts"]) {
    await cp(join(ROOT, folder), join(target, folder), { recursive: true });
  }
  await copyFile(join(ROOT, "package.json"), join(target, "package.json"));
  await symlink(join(ROOT, "node_modules"), join(target, "node_modules"));
}

function runNode(where: string, ...words: readonly string[]) {
  const { PATH, HOME } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: where,
    env: { PATH, HOME },
    encoding: "utf8",
    timeout: BUILD_TIMEOUT_MS,
  });
  return { status, output: stdout + stderr };
}

/** As a shop without its development dependencies paints: with the font that the build brought. */
const PAINT = `
  const { createPainter } = await import("./dist/desk/pictures/painter.js");
  const { systemClock } = await import("./dist/core/clock.js");
  const painter = createPainter({ clock: systemClock });
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">a</text></svg>';
  const wait = setInterval(() => undefined, 1000);
  process.stdout.write(Buffer.from(await painter.paint(svg)).toString("latin1").slice(1, 4));
  await painter.stop();
  clearInterval(wait);`;

describe("the compiled shop", { timeout: BUILD_TIMEOUT_MS }, () => {
  it("paints pictures with a font of its own, whose licence lies beside it", async () => {
    const fonts = await readdir(join(installed, "dist", "desk", "pictures", "fonts"));
    expect(fonts.sort()).toEqual(["DejaVuSans-LICENSE.txt", "DejaVuSans.ttf"]);
    const { status, output } = runNode(installed, "--input-type=module", "-e", PAINT);
    expect(status, output).toBe(0);
    expect(output).toBe("PNG");
  });

  it("gets ready without its source, keeps its own PostgreSQL, satisfies the doctor and stops on SIGTERM", async () => {
    const dataDir = join(directory, "data");
    await copyCluster(prepared, dataDir);
    const env = { ...environmentOf(outside), DATA_DIR: dataDir, PORT: "0", ADMIN_PORT: "0" };
    const shop = startNode(wordsOf("start"), env, installed);
    children.push(shop);
    await shop.says("Numstore is open");
    const port = /"port":(\d+)[^\n]*Numstore is open/.exec(shop.output())?.[1];
    await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200), {
      timeout: 30_000,
      interval: 50,
    });

    const doctor = startNode(wordsOf("doctor"), env, installed);
    const file = join(directory, "backup.gz");
    const backup = startNode([...wordsOf("backup"), file], env, installed);
    children.push(doctor, backup);
    expect(await doctor.ended, doctor.output()).toMatchObject({ code: 0 });
    expect(doctor.output()).toMatch(/^PASS database: PostgreSQL .*embedded, of the running shop$/m);
    expect(await backup.ended, backup.output()).toMatchObject({ code: 0 });
    const restore = startNode([...wordsOf("restore"), file], env, installed);
    children.push(restore);
    expect(await restore.ended).toMatchObject({ code: 1 });
    expect(restore.output()).toContain("is in use by process");

    shop.signal("SIGTERM");
    expect(await shop.ended).toEqual({ code: 0, signal: null });
    expect(shop.output()).not.toContain("Warning");
  });

  it("says what to run when it is not compiled, or compiled from another source", async () => {
    const place = join(directory, "stale");
    await install(place);
    for (const command of operatorCommands) {
      const { status, output } = runNode(place, ...wordsOf(command));
      expect([status, output]).toEqual([1, expect.stringMatching(/not compiled.*npm run build\n$/)]);
    }
    await cp(join(installed, "dist"), join(place, "dist"), { recursive: true });
    await cp(join(ROOT, "src"), join(place, "src"), { recursive: true });
    expect(runNode(place, ...wordsOf("start")).output).toContain("BOT_TOKEN is missing");

    await appendFile(join(place, "src/main.ts"), "// changed\n");
    const { status, output } = runNode(place, ...wordsOf("start"));
    expect([status, output]).toEqual([1, expect.stringMatching(/does not match.*npm run build\n$/)]);
  });

  it("is whole after two builds at the same moment", async () => {
    const place = join(directory, "twice");
    await install(place);
    const builds = [1, 2].map(() => startNode(["scripts/build.mjs", join(place, "dist")], {}, ROOT));
    children.push(...builds);
    for (const build of builds) expect(await build.ended, build.output()).toMatchObject({ code: 0 });
    expect((await readdir(place)).sort()).toEqual([
      "dist",
      "migrations",
      "node_modules",
      "package.json",
      "scripts",
    ]);
    expect(runNode(place, ...wordsOf("start")).output).toContain("BOT_TOKEN is missing");
  });

  it("is kept by an install without a compiler, which says so", async () => {
    const place = join(directory, "bare");
    await install(place);
    await rm(join(place, "node_modules"));
    const prepare = () => runNode(place, "scripts/build.mjs", "--if-possible");
    expect(prepare()).toMatchObject({ status: 0, output: expect.stringContaining("copy a dist/ here") });
    expect(runNode(place, "scripts/build.mjs").status).toBe(1);
    await cp(join(installed, "dist"), join(place, "dist"), { recursive: true });
    expect(prepare()).toMatchObject({ status: 0, output: expect.stringContaining("existing dist/ is used") });
    expect(runNode(place, "scripts/check-build.mjs").status).toBe(0);
  });
});
