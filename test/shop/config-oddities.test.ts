import { expect, it } from "vitest";
import { loadConfig } from "../../src/shop/config/config.ts";

const token = { BOT_TOKEN: "123456:abcdefghijklmnopqrstuvwxyz" };

it.each([
  ["STAR_VALUE_USD", "999999999999"],
  ["STAR_VALUE_USD", "1e9"],
  ["STAR_VALUE_USD", "NaN"],
  ["STAR_VALUE_USD", "-1"],
  ["MIN_PROFIT_USD", "1001"],
  ["MARKUP_PERCENT", "99999"],
  ["WEBHOOK_SECRET", "a/b"],
  ["PUBLIC_URL", "https://shop.example/?x=1"],
  ["ADMIN_IDS", "-5"],
  ["PROVIDERS", "a,a"],
  ["PROVIDERS", "../etc"],
])("a setting that no shop can work with is refused: %s=%s", (variable, value) => {
  const result = loadConfig({ ...token, [variable]: value });
  expect(result.ok ? [] : result.problems.map((problem) => problem.variable)).toContain(variable);
});

it.each([
  ["STAR_VALUE_USD", "0.000001"],
  ["STAR_VALUE_USD", "1000"],
  ["MARKUP_PERCENT", "10000"],
  ["PUBLIC_URL", "https://shop.example/behind/a/path/"],
])("an odd setting that a shop can work with is taken: %s=%s", (variable, value) => {
  expect(loadConfig({ ...token, [variable]: value }).ok).toBe(true);
});
