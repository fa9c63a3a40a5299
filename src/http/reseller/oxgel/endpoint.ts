import type { z } from "zod";
import type { BucketName } from "../../../reseller/limits.ts";
import type { ApiKey, Reseller } from "../../../reseller/reseller.ts";
import type { Gone } from "../dialect.ts";
import { type Refusal, type RefusalCode, refuse } from "./refusals.ts";

/** What an endpoint answers with. */
export interface Call {
  readonly reseller: Reseller;
  readonly key: ApiKey;
  readonly query: Readonly<Record<string, string>>;
  /** Reads the body; undefined: it is no JSON, or too long. */
  readonly readBody: () => Promise<unknown>;
  /** The header of this name; null: left out. */
  readonly idempotencyKey: string | null;
  readonly now: Date;
  readonly gone: Gone;
}

/** With `tells`: the order whose number this answer tells. */
export interface Done {
  readonly value: unknown;
  readonly tells?: string;
}

/** One endpoint: how it is asked, answered and described. */
export interface Endpoint {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly summary: string;
  readonly query: z.ZodObject;
  /** Null: it has none, and what a program sends there all the same is not read. */
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType;
  /** Its own refusals; those of all endpoints are not named. */
  readonly refusals: readonly RefusalCode[];
  readonly bucket: BucketName;
  /** It buys, or changes an order. */
  readonly acts: boolean;
  readonly run: (call: Call) => Promise<Done | Refusal>;
}

interface Shape<Query extends z.ZodObject, Result extends z.ZodType> {
  readonly method: Endpoint["method"];
  readonly path: string;
  readonly summary: string;
  readonly query: Query;
  readonly body?: z.ZodType;
  readonly answer: Result;
  readonly refusals: readonly RefusalCode[];
  readonly bucket?: BucketName;
  /** What it answers is what the schema says, or it does not compile. */
  readonly handle: (
    call: Call,
    query: z.output<Query>,
  ) => Promise<{ readonly value: z.output<Result>; readonly tells?: string } | Refusal>;
}

/** Puts reading and answering together, so that what is parsed and what is described cannot differ. */
export function endpoint<Query extends z.ZodObject, Result extends z.ZodType>(
  shape: Shape<Query, Result>,
): Endpoint {
  const { method, query, body = null, bucket = "other", handle } = shape;
  return {
    ...shape,
    body,
    bucket,
    acts: method === "POST",
    async run(call) {
      const asked = query.safeParse(call.query);
      return asked.success
        ? await handle(call, asked.data)
        : refuse("bad_request", { detail: reasonOf(asked.error) });
    },
  };
}

/** "service: Invalid input …": the first thing that is wrong. What was sent is not repeated. */
export function reasonOf({ issues: [issue] }: z.ZodError): string {
  return issue
    ? [issue.path.join("."), issue.message].filter((part) => part !== "").join(": ")
    : "unreadable";
}
