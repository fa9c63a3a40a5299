import { lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findAccount } from "../../src/db/embedded/account.ts";
import { findBinaries, platformObstacle } from "../../src/db/embedded/binaries.ts";
import { socketDirectory } from "../../src/db/embedded/directory.ts";
import { linkLibraries } from "../../src/db/embedded/link-libraries.mjs";

describe("the machines that the embedded PostgreSQL runs on", () => {
  it("are Linux on x64 and arm64 with glibc", () => {
    expect(platformObstacle("linux", "x64", "2.36")).toBeUndefined();
    expect(platformObstacle("linux", "arm64", "2.36")).toBeUndefined();
  });

  it.each([
    ["darwin", "arm64", undefined, "darwin arm64"],
    ["win32", "x64", undefined, "win32 x64"],
    ["linux", "ppc64", "2.36", "linux ppc64"],
    ["linux", "x64", undefined, "musl"],
  ])("are not %s %s with glibc %s, and the error says so", (platform, architecture, glibc, word) => {
    expect(platformObstacle(platform, architecture, glibc)).toContain(word);
  });

  it("have the programs installed here", async () => {
    const { initdb, postgres } = await findBinaries();
    for (const program of [initdb, postgres]) expect((await lstat(program)).mode & 0o111).not.toBe(0);
  });
});

describe("the account that root runs PostgreSQL as", () => {
  const line = (name: string, uid: number) => `${name}:x:${uid}:${uid + 1}::/nonexistent:/bin/false`;

  it("is postgres, else nobody", () => {
    const passwd = [line("root", 0), line("nobody", 65_534), line("postgres", 101)].join("\n");
    expect(findAccount(passwd)).toEqual({ uid: 101, gid: 102 });
    expect(findAccount(line("nobody", 65_534))).toEqual({ uid: 65_534, gid: 65_535 });
  });

  it("is never root and never guessed", () => {
    expect(findAccount(line("postgres", 0))).toBeUndefined();
    expect(findAccount("postgres:x\nroot:x:0:0::/root:/bin/sh\n")).toBeUndefined();
    expect(findAccount("")).toBeUndefined();
  });
});

describe("the socket directory", () => {
  it("lies in the data directory while the socket's path fits into 107 bytes", () => {
    const longest = `/${"d".repeat(107 - "/run/.s.PGSQL.5432".length - 1)}`;
    expect(socketDirectory(longest, "/tmp", 1000)).toBe(`${longest}/run`);
    expect(socketDirectory(`${longest}d`, "/tmp", 1000)).toMatch(/^\/tmp\/numstore-1000-[0-9a-f]{12}$/);
  });

  it("is another one for another data directory", () => {
    const [one, two] = ["1", "2"].map((end) => socketDirectory(`/${"d".repeat(120)}${end}`, "/tmp", 1000));
    expect(one).not.toBe(two);
  });
});

describe("linkLibraries", () => {
  let directory: string;
  const library = (name: string) => join(directory, "native", "lib", name);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "numstore-links-"));
    await mkdir(join(directory, "native", "lib"), { recursive: true });
    await writeFile(library("libpq.so.5.15"), "the library");
    const links = ["libpq.so", "libpq.so.5"].map((name) => ({
      source: "native/lib/libpq.so.5.15",
      target: `native/lib/${name}`,
    }));
    await writeFile(join(directory, "native", "pg-symlinks.json"), JSON.stringify(links));
  });

  afterEach(() => rm(directory, { recursive: true }));

  it("makes the links that the package could not ship, and leaves them alone afterwards", async () => {
    expect(await linkLibraries(directory)).toBe(2);
    expect(await readFile(library("libpq.so.5"), "utf8")).toBe("the library");
    expect(await linkLibraries(directory)).toBe(0);
  });

  it("can be moved with the directory, since the links are relative", async () => {
    await linkLibraries(directory);
    expect(await readlink(library("libpq.so"))).toBe("libpq.so.5.15");
  });

  it("replaces a link that points elsewhere and keeps a copy that is a file", async () => {
    await symlink("libpq.so.4", library("libpq.so"));
    await writeFile(library("libpq.so.5"), "a copy");
    expect(await linkLibraries(directory)).toBe(1);
    expect(await readlink(library("libpq.so"))).toBe("libpq.so.5.15");
    expect(await readFile(library("libpq.so.5"), "utf8")).toBe("a copy");
  });

  it("does not mind another process that links at the same time", async () => {
    const made = await Promise.all([linkLibraries(directory), linkLibraries(directory)]);
    expect(made[0] + made[1]).toBe(2);
    expect(await readFile(library("libpq.so"), "utf8")).toBe("the library");
  });
});
