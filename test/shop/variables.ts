import { readFileSync } from "node:fs";
import { type Config, loadConfig } from "../../src/shop/config/config.ts";
import type { Presets } from "../../src/shop/config/provider-settings.ts";

export const TOKEN = "123456789:AAF-secretsecretsecretsecretsecret0";
export const presets: Presets = {
  oxgel: { protocol: "oxgel", url: "https://oxgel.example/api/v1", dialect: "plain", requestsPerSecond: 5 },
  smsbower: {
    protocol: "handler-api",
    url: "https://smsbower.example/stubs/handler_api.php",
    dialect: "smsbower",
    requestsPerSecond: 1,
  },
};

/** With a token and two presets. */
export function load(env: Record<string, string | undefined>) {
  return loadConfig({ BOT_TOKEN: TOKEN, ...env }, presets);
}

/** Throws with the problems where there are any. */
export function configOf(env: Record<string, string | undefined>): Config {
  const result = load(env);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

export function problemsOf(env: Record<string, string | undefined>) {
  const result = load(env);
  return result.ok ? [] : result.problems;
}

export function variablesOf(env: Record<string, string | undefined>): string[] {
  return problemsOf(env).map((problem) => problem.variable);
}

/** The names of the variables in .env.example. */
export function readExample(): string[] {
  const text = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
  return [...text.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].flatMap((match) => match[1] ?? []);
}
