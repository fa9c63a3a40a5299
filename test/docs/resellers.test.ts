import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type ResellerWorld, startResellerWorld } from "../support/reseller-world.ts";

const text = readFileSync(new URL("../../docs/resellers.md", import.meta.url), "utf8");
/** A command, and what the document says it prints. */
const examples = [...text.matchAll(/```sh\n(.+?)\n```\n```(?:text|json)\n(.+?)\n```/gs)].map((match) => ({
  command: match[1] ?? "",
  printed: match[2] ?? "",
}));
const CODE = "482913";
const hasCurl = spawnSync("curl", ["--version"]).status === 0;

let world: ResellerWorld;
beforeAll(async () => {
  world = await startResellerWorld();
});
afterAll(() => world.close());

/** What may differ is left out: amounts, numbers, ids and times; every word and every name stays. */
function shapeOf(printed: string): string {
  return printed
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replaceAll(CODE, "<code>")
    .replaceAll(/\d+(?:\.\d+)?/g, "<number>");
}

it("has an example for each step in both dialects", () => {
  expect(examples.length).toBeGreaterThanOrEqual(10);
  expect(text.match(/```sh/g)).toHaveLength(examples.length);
});

it.skipIf(!hasCurl)("prints what the document says, example by example, typed into a shell", async () => {
  const reseller = await world.newReseller();
  const product = { service: "wa", country: 16 };
  await vi.waitFor(async () => expect(await reseller.ask("getPrices", product)).toContain("cost"), {
    timeout: 10_000,
  });
  let [id, phone] = ["", ""];
  for (const { command, printed } of examples) {
    if (printed.includes(CODE)) {
      world.deliver(phone, CODE);
      await world.sped(() =>
        expect.poll(() => reseller.status(id.startsWith("1") ? id : "100002")).toContain(CODE),
      );
    }
    const env = { PATH: process.env.PATH, SHOP: world.url, KEY: reseller.key, ID: id };
    const { stdout } = await promisify(execFile)("sh", ["-c", command], { env, timeout: 20_000 });
    expect(shapeOf(stdout)).toBe(shapeOf(printed));
    const bought =
      /^ACCESS_NUMBER:(\d+):(\d+)$/.exec(stdout) ?? /"id":"([^"]+)".*"phone":"\+(\d+)"/.exec(stdout);
    if (bought) [id, phone] = [bought[1] ?? "", bought[2] ?? ""];
  }
});

it("names every action and every refusal of the dialects", async () => {
  const source = (name: string): string =>
    readFileSync(new URL(`../../src/http/reseller/${name}`, import.meta.url), "utf8");
  const actions = [...source("handler-api.ts").matchAll(/\["(\w+)", (?:reads|acts)\(/g)].map(
    (match) => match[1],
  );
  expect(actions.length).toBeGreaterThan(15);
  for (const action of actions) expect(text).toContain(`\`${action}\``);
  const words = [...`${source("tokens.ts")}${source("actions.ts")}`.matchAll(/"([A-Z]+_[A-Z_]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  for (const word of words.filter((one) => !one.startsWith("ACCESS_"))) expect(text).toContain(word);
});
