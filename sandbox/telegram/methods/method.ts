import type { z } from "zod";
import { parseParams, type UploadedFile } from "../params.ts";
import type { World } from "../world.ts";

/** What a method gets besides its parameters. */
export interface CallContext {
  readonly files: ReadonlyMap<string, UploadedFile>;
  /** Aborts when the bot hangs up. */
  readonly signal: AbortSignal;
}

/** Answers one call with the `result` of the Bot API, or throws an ApiRefusal. */
export type Method = (
  world: World,
  params: Readonly<Record<string, unknown>>,
  context: CallContext,
) => unknown;

/** Methods by their name as documented. */
export type MethodTable = Readonly<Record<string, Method>>;

/** A method whose parameters are checked before it runs. */
export function method<T>(
  schema: z.ZodType<T>,
  run: (world: World, params: T, context: CallContext) => unknown,
): Method {
  return (world, params, context) => run(world, parseParams(schema, params), context);
}
