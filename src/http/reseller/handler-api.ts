import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { BucketName, Turn } from "../../reseller/limits.ts";
import type { ApiKey, Reseller } from "../../reseller/reseller.ts";
import type { ShopApp } from "../server.ts";
import {
  type ActionHandler,
  type Answer,
  balance,
  cancelActivation,
  finishActivation,
  getNumber,
  getNumberV2,
  getStatus,
  getStatusV2,
  say,
  setStatus,
} from "./actions.ts";
import {
  getActiveActivations,
  getAllSms,
  getCountries,
  getFullSms,
  getNumbersStatus,
  getOperators,
  getServicesList,
  getTopCountriesByService,
  pricing,
} from "./lists.ts";
import { type ApiContext, callerOf, type Parameters, readParameters } from "./request.ts";
import { render, respond } from "./respond.ts";

/** With and without ".php", with slashes doubled and at the end; some people type the whole path, and their tool adds it again. */
const PATH = /^(?:\/+stubs\/+handler_api(?:\.php)?)+\/*$/;

interface Action {
  readonly handle: ActionHandler;
  readonly bucket: BucketName;
  /** It buys, or changes an order: not for keys that may only read, and only while the key's row says so. */
  readonly acts: boolean;
}

const reads = (handle: ActionHandler, bucket: BucketName = "other"): Action => ({
  handle,
  bucket,
  acts: false,
});
const acts = (handle: ActionHandler): Action => ({ handle, bucket: "other", acts: true });

type Actions = ReadonlyMap<string, Action>;

/** Names count as written, capitals too. Everything else is BAD_ACTION. */
const createActions = (): Actions =>
  new Map([
    ["getBalance", reads(balance)],
    ["getBalanceAndCashBack", reads(balance)],
    ["getNumber", acts(getNumber)],
    ["getNumberV2", acts(getNumberV2)],
    ["getStatus", reads(getStatus, "status")],
    ["getStatusV2", reads(getStatusV2, "status")],
    ["setStatus", acts(setStatus)],
    ["finishActivation", acts(finishActivation)],
    ["cancelActivation", acts(cancelActivation)],
    ["getPrices", reads(pricing("getPrices"))],
    ["getPricesV2", reads(pricing("getPricesV2"))],
    ["getPricesV3", reads(pricing("getPricesV3"))],
    ["getCountries", reads(getCountries)],
    ["getServicesList", reads(getServicesList)],
    ["getNumbersStatus", reads(getNumbersStatus)],
    ["getTopCountriesByService", reads(getTopCountriesByService)],
    ["getOperators", reads(getOperators)],
    ["getActiveActivations", reads(getActiveActivations)],
    ["getFullSms", reads(getFullSms)],
    ["getAllSms", reads(getAllSms)],
  ]);

/** One request as the metrics count it; `action` is a name from our own list or "other", `outcome` a word of ours. */
export interface ApiRequestRecord {
  readonly dialect: "handler_api";
  readonly action: string;
  readonly outcome: string;
  readonly durationMs: number;
}

export interface HandlerApiDeps {
  readonly reseller: Reseller;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whose X-Forwarded-For counts. */
  readonly isTrustedProxy: (address: string) => boolean;
  readonly onRequest: (record: ApiRequestRecord) => void;
  readonly onLimited: (limit: BucketName | "wrong_key") => void;
}

/**
 * Serves the dialect that resellers' tools speak (sms-activate's "handler API"): one path, an action by name, short texts.
 * The status is always 200, but for too many requests: clients compare the text and lose it with any other status.
 */
export function addHandlerApi(app: ShopApp, deps: HandlerApiDeps): void {
  const actions = createActions();
  app.use("*", async (context, next) => {
    if (!PATH.test(context.req.path)) return await next();
    // A look at the headers must buy nothing.
    if (context.req.method === "HEAD") return await respond(context, render(""));
    return await serve({ ...deps, actions }, context);
  });
}

type ServeDeps = HandlerApiDeps & { readonly actions: Actions };

async function serve(deps: ServeDeps, context: ApiContext): Promise<Response> {
  const { clock, actions } = deps;
  const startedMs = clock.steadyMs();
  const parameters = await readParameters(context);
  const name = parameters?.get("action") ?? "";
  const result: TimedAnswer = parameters ? await answer(deps, context, name, parameters) : say("BAD_ACTION");
  deps.onRequest({
    dialect: "handler_api",
    action: actions.has(name) ? name : "other",
    outcome: outcomeOf(result.body.text),
    durationMs: clock.steadyMs() - startedMs,
  });
  const { retryAfterSeconds } = result;
  if (retryAfterSeconds === undefined) return await respond(context, result.body);
  const headers = { "Retry-After": String(retryAfterSeconds) };
  return await respond(context, result.body, { status: 429, headers });
}

/** With `retryAfterSeconds`: too many requests. */
type TimedAnswer = Answer & { readonly retryAfterSeconds?: number };

/** Whatever fails, the client gets one of the dialect's words. */
async function answer(
  deps: ServeDeps,
  context: ApiContext,
  name: string,
  parameters: Parameters,
): Promise<TimedAnswer> {
  let keyId: string | undefined;
  try {
    const admitted = await admit(deps, context, parameters, deps.actions.get(name));
    if (admitted.kind === "answer") return { ...say(admitted.text), ...admitted };
    keyId = admitted.key.id;
    return await run(deps, context, { ...admitted, parameters });
  } catch (error) {
    deps.logger.error({ action: name.slice(0, 32), keyId, err: error }, "an API request failed");
    return say("ERROR_SQL");
  }
}

type Admitted =
  | { readonly kind: "call"; readonly key: ApiKey; readonly action: Action }
  | { readonly kind: "answer"; readonly text: string; readonly retryAfterSeconds?: number };

/** The key first, then the limits: who has no key learns nothing about actions. */
async function admit(
  deps: HandlerApiDeps,
  context: ApiContext,
  parameters: Parameters,
  action: Action | undefined,
): Promise<Admitted> {
  const { reseller } = deps;
  const authenticated = await reseller.authenticate(callerOf(context, parameters, deps.isTrustedProxy));
  if (authenticated.kind === "wrong")
    return (await takeTurn(deps, authenticated.turn, "wrong_key")) ?? { kind: "answer", text: "BAD_KEY" };
  const { key } = authenticated;
  const bucket = action?.bucket ?? "other";
  const late = await takeTurn(deps, reseller.turn(key, bucket), bucket);
  if (late) return late;
  if (!action) return { kind: "answer", text: "BAD_ACTION" };
  if (!action.acts) return { kind: "call", key, action };
  if (key.scope !== "buy") return { kind: "answer", text: "BAD_ACTION" };
  return (await reseller.mayAct(key)) ? { kind: "call", key, action } : { kind: "answer", text: "BAD_KEY" };
}

/** Waits for the turn. The answer to give instead, where it would come too late. */
async function takeTurn(
  deps: HandlerApiDeps,
  turn: Turn,
  limit: BucketName | "wrong_key",
): Promise<Admitted | undefined> {
  if (turn.kind === "go") {
    if (turn.afterMs > 0) await deps.clock.sleep(turn.afterMs);
    return undefined;
  }
  deps.onLimited(limit);
  return { kind: "answer", text: "NO_CONNECTION", retryAfterSeconds: turn.retryAfterSeconds };
}

/** Runs the action. A number counts as told when its answer was handed to the connection, and not before. */
async function run(
  { reseller, logger }: ServeDeps,
  { env: { outgoing } }: ApiContext,
  { key, action, parameters }: { key: ApiKey; action: Action; parameters: Parameters },
): Promise<Answer> {
  const gone = new AbortController();
  let tells: string | undefined;
  outgoing.once("close", () => {
    gone.abort();
    if (tells === undefined) return;
    const news = outgoing.writableFinished ? reseller.told(tells) : reseller.untold(tells);
    news.catch((error: unknown) =>
      logger.error({ keyId: key.id, err: error }, "a number was not marked as told"),
    );
  });
  const result = await action.handle({ reseller, key, parameters, signal: gone.signal });
  tells = result.tells;
  if (tells !== undefined && gone.signal.aborted) await reseller.untold(tells);
  return result;
}

/** The word before the first colon, where it is one of the dialect's; JSON is "ok". */
function outcomeOf(text: string): string {
  return /^[A-Z_]{3,32}(?=:|$)/.exec(text)?.[0] ?? "ok";
}
