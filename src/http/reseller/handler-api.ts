import type { BucketName, Turn } from "../../reseller/limits.ts";
import type { ApiKey } from "../../reseller/reseller.ts";
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
import { type DialectDeps, runTelling, takeTurn } from "./dialect.ts";
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

/**
 * Serves the dialect that resellers' tools speak (sms-activate's "handler API"): one path, an action by name, short texts.
 * The status is always 200, but for too many requests, and for prices that the client says it has: clients compare the text and lose it with any other status.
 */
export function addHandlerApi(app: ShopApp, deps: DialectDeps): void {
  const actions = createActions();
  app.use("*", async (context, next) => {
    if (!PATH.test(context.req.path)) return await next();
    // A look at the headers must buy nothing.
    if (context.req.method === "HEAD") return await respond(context, render(""));
    return await serve({ ...deps, actions }, context);
  });
}

type ServeDeps = DialectDeps & { readonly actions: Actions };

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
    const { key, action } = admitted;
    return await runTelling(deps, context, key.id, (gone) =>
      action.handle({ reseller: deps.reseller, key, parameters, gone }),
    );
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
  deps: DialectDeps,
  context: ApiContext,
  parameters: Parameters,
  action: Action | undefined,
): Promise<Admitted> {
  const { reseller } = deps;
  const authenticated = await reseller.authenticate(callerOf(context, parameters, deps.isTrustedProxy));
  if (authenticated.kind === "wrong")
    return (await lateAnswer(deps, authenticated.turn, "wrong_key")) ?? { kind: "answer", text: "BAD_KEY" };
  const { key } = authenticated;
  const bucket = action?.bucket ?? "other";
  const late = await lateAnswer(deps, reseller.turn(key, bucket), bucket);
  if (late) return late;
  if (!action) return { kind: "answer", text: "BAD_ACTION" };
  if (!action.acts) return { kind: "call", key, action };
  if (key.scope !== "buy") return { kind: "answer", text: "BAD_ACTION" };
  return (await reseller.mayAct(key)) ? { kind: "call", key, action } : { kind: "answer", text: "BAD_KEY" };
}

/** The answer to give instead, where the turn would come too late. */
async function lateAnswer(
  deps: DialectDeps,
  turn: Turn,
  limit: BucketName | "wrong_key",
): Promise<Admitted | undefined> {
  const retryAfterSeconds = await takeTurn(deps, turn, limit);
  return retryAfterSeconds === undefined
    ? undefined
    : { kind: "answer", text: "NO_CONNECTION", retryAfterSeconds };
}

/** The word before the first colon, where it is one of the dialect's; JSON is "ok". */
function outcomeOf(text: string): string {
  return /^[A-Z_]{3,32}(?=:|$)/.exec(text)?.[0] ?? "ok";
}
