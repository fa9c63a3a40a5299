import fc from "fast-check";
import { expect } from "vitest";
import { ProviderError } from "../../src/providers/port/provider-error.ts";
import type { HttpAnswer, ProviderHttp } from "../../src/providers/transport/http.ts";

/** An answer as an upstream, a proxy or a broken disk could give it. */
export interface FuzzedAnswer {
  readonly status: number;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
}

/** HTTP without a network: every request gets the answer that was set last. */
export interface FuzzedHttp extends ProviderHttp {
  give(answer: FuzzedAnswer): void;
}

export function createFuzzedHttp(): FuzzedHttp {
  let current: FuzzedAnswer = { status: 200, text: "", json: undefined };
  return {
    provider: "alpha",
    give: (answer) => {
      current = answer;
    },
    request: async (): Promise<HttpAnswer> => ({
      status: current.status,
      headers: new Headers(),
      text: current.text,
    }),
  };
}

const RUNS = 10_000;
/** Fixed, so that a build that passed passes again; FUZZ_SEED looks further. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_301);

const statuses = [200, 200, 200, 200, 200, 200, 201, 204, 400, 401, 402, 403, 404, 405, 409, 418, 500, 503];
const oddities = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e21,
  "",
  " ",
  "0",
  "null",
  "NaN",
  "constructor",
  "__proto__",
];
const noise: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...oddities, [], {}, [[]], { id: 1 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
);

interface Edit {
  readonly at: number;
  readonly how: "replace" | "remove" | "add" | "swap";
  readonly value: unknown;
}

/**
 * Runs `judge` on 10,000 answers: real ones with some values changed, halves of them, JSON, text and bytes. `lines` are
 * real answers in plain text; of these, parts are cut out, repeated or replaced.
 */
export async function fuzzAnswers(
  samples: readonly object[],
  judge: (answer: FuzzedAnswer) => Promise<void>,
  lines: readonly string[] = [],
): Promise<void> {
  const edit = fc.record<Edit>({
    at: fc.nat(60),
    how: fc.constantFrom("replace", "replace", "remove", "add", "swap"),
    value: noise,
  });
  const edited = fc
    .tuple(fc.constantFrom(...samples), fc.array(edit, { maxLength: 3 }))
    .map(([sample, edits]) => JSON.stringify(edits.reduce(applied, structuredClone(sample))) ?? "");
  const body = fc.oneof(
    { weight: 12, arbitrary: edited },
    { weight: lines.length > 0 ? 12 : 0, arbitrary: editedLine(lines) },
    { weight: 2, arbitrary: fc.tuple(edited, fc.nat(200)).map(([text, length]) => text.slice(0, length)) },
    { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => new TextDecoder().decode(bytes)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", "<html>502</html>", "null", "[]", "{}", '"200"', "OK", "200"),
    },
  );
  const answers = fc
    .tuple(fc.constantFrom(...statuses), body)
    .map(([status, text]): FuzzedAnswer => ({ status, text, json: parsed(text) }));
  const property = fc.asyncProperty(answers, judge);
  const { failed, counterexamplePath } = await withoutStacks(() =>
    fc.check(property, { numRuns: RUNS, seed: SEED }),
  );
  if (!failed) return;
  // Once more what failed, to show where.
  await fc.assert(property, { seed: SEED, path: counterexamplePath ?? "0" });
  throw new Error(`${counterexamplePath} fails after the others, and passes by itself`);
}

/** Most of the answers end in an error, and their stacks are most of what the errors cost. */
async function withoutStacks<T>(run: () => Promise<T>): Promise<T> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await run();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** A line as it is, or with one part replaced. */
function editedLine(lines: readonly string[]): fc.Arbitrary<string> {
  const part = fc.oneof(
    fc.constantFrom("", ":", " ", "\n", "null", "'", '"', "0"),
    fc.string({ maxLength: 6 }),
  );
  const line = fc.constantFrom(...(lines.length > 0 ? lines : [""]));
  const edit = fc.option(fc.tuple(fc.nat(40), fc.nat(12), part), { freq: 2 });
  return fc.tuple(line, edit).map(([text, change]) => {
    if (change === null) return text;
    const [from, length, replacement] = change;
    const start = from % (text.length + 1);
    return text.slice(0, start) + replacement + text.slice(start + length);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One change somewhere in a tree of JSON. */
function applied(root: unknown, { at: place, how, value: drawn }: Edit): unknown {
  // A drawn object is shared between runs; put into the tree as it is, a later edit could change it.
  const value = structuredClone(drawn);
  const nodes = nodesOf(root);
  const node = nodes[place % Math.max(nodes.length, 1)];
  if (node === undefined) return value;
  const keys = Object.keys(node);
  const key = keys[place % Math.max(keys.length, 1)];
  if (key === undefined || how === "add") Reflect.set(node, "extra", value);
  else if (how === "remove") Reflect.deleteProperty(node, key);
  else if (how === "swap") Reflect.set(node, key, Reflect.get(node, keys[(place + 1) % keys.length] ?? key));
  else Reflect.set(node, key, value);
  return root;
}

function nodesOf(root: unknown): object[] {
  if (typeof root !== "object" || root === null) return [];
  return [root, ...Object.values(root).flatMap(nodesOf)];
}

/** What a call came to. Fails the test for anything but a value or a ProviderError. */
export type Outcome<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: ProviderError };

export async function outcomeOf<T>(call: Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: "value", value: await call };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { kind: "error", error };
  }
}

/** A field deep in JSON; undefined where there is none. */
export function at(json: unknown, ...path: readonly string[]): unknown {
  let node = json;
  for (const key of path) {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, key)) return undefined;
    node = Reflect.get(node, key);
  }
  return node;
}

/** The digits that an upstream could have written where a phone number belongs. */
export function digitsOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).replace(/\D/g, "") : "";
}

/** For protocols whose refusals are JSON. */
export function isJson({ json }: FuzzedAnswer): boolean {
  return typeof json === "object";
}

/** No answer but a refusal in the protocol's own words with a status below 500 proves that a purchase did not happen. */
export function expectHonestDoubt(
  answer: FuzzedAnswer,
  error: ProviderError,
  isOwnWord: (answer: FuzzedAnswer) => boolean,
): void {
  if (answer.status >= 500) expect(error.kind).toBe("unavailable");
  if (!error.definite) return;
  expect(answer.status).toBeLessThan(500);
  expect(isOwnWord(answer)).toBe(true);
}
