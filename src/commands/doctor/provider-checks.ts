import type { Clock } from "../../core/clock.ts";
import { formatUsd } from "../../core/money.ts";
import type { Database } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { selectProviderHealth } from "../../db/queries/provider-health.ts";
import { acceptBalance, type BalanceDeps } from "../../operations/provider-balance.ts";
import { type CheckResult, type LookDeps, looks } from "../../operations/self-check.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { ProviderError, type ProviderErrorKind } from "../../providers/port/provider-error.ts";
import { type Answer, fail, pass, type Report, warn } from "./report.ts";

const MAX_SHOWN = 3;

/** Asks the provider for its balance (or for its countries, if it tells no balance) and says whether it is on sale. */
export async function checkProvider(
  report: Report,
  provider: Provider,
  db: Database | undefined,
): Promise<void> {
  await report.check(`provider ${provider.name}`, async () => {
    try {
      const balance = await provider.balance({ priority: "background" });
      if (!balance) await provider.countries({ priority: "background" });
      const paused = db && (await describePause(db, provider.name));
      const what = balance ? `balance ${formatUsd(balance.balanceMicros)}` : "answers, tells no balance";
      if (paused) return warn(`${what}, but ${paused}`);
      if (balance && balance.balanceMicros <= 0n) return warn(`${what}. Next: top the account up`);
      return pass(`${what}, on sale`);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return describeFailure(error);
    }
  });
}

/** Why its offers are off sale; undefined: they are on sale. */
async function describePause(db: Database, provider: string): Promise<string | undefined> {
  const [health] = await selectProviderHealth(db, [provider]);
  if (health?.state !== "open") return undefined;
  const since = health.openedAt?.toISOString() ?? "unknown";
  return `off sale since ${since} (${health.reason ?? "unknown"}). Next: nothing, the shop tries it again by itself`;
}

function describeFailure({ kind, reason, provider }: ProviderError): Answer {
  const prefix = `PROVIDER_${provider.toUpperCase().replaceAll("-", "_")}`;
  const next: Partial<Record<ProviderErrorKind, string>> = {
    bad_credentials: `check ${prefix}_KEY`,
    suspended: "ask the provider about the account",
    no_funds: "top the account up",
    unreachable: `check ${prefix}_URL and the network`,
    timeout: `check ${prefix}_URL and the network`,
    garbage: `check ${prefix}_URL and ${prefix}_PROTOCOL`,
    unavailable: "wait; if it stays, ask the provider",
  };
  const step = next[kind] ?? "ask the provider what this means";
  if (kind === "rate_limited") return warn(`${kind} (${reason}). Next: wait, or lower ${prefix}_RATE`);
  return fail(`${kind} (${reason}). Next: ${step}`);
}

/** Takes the current balance as the new baseline: the operator knows where the difference came from. */
export async function acceptProviderBalance(
  report: Report,
  deps: BalanceDeps & { readonly clock: Clock },
  provider: Provider,
): Promise<void> {
  await report.check(`accept ${provider.name}`, async () => {
    if (!(await acceptBalance(deps, provider))) return fail("this provider tells no balance");
    const entry = { actor: "command line", action: "provider balance accepted", at: deps.clock.now() };
    const reason = "npm run doctor -- --accept";
    await writeAudit(deps.db, { ...entry, subjectKind: "provider", subject: provider.name, reason });
    return pass("its balance is the one that the books go on from");
  });
}

/** Runs the self-check, one line per check. Findings are only shown, not stored. */
export async function checkBooks(report: Report, deps: LookDeps): Promise<void> {
  for (const look of looks(deps)) {
    await report.check(titleOf(look.kind), async () => judge(look.kind, await look.run()));
  }
}

/** "provider_orders:oxgel" as "provider orders oxgel". */
function titleOf(kind: string): string {
  return kind.replace("_", " ").replace(":", " ");
}

function judge(kind: string, { findings }: CheckResult): Answer {
  if (findings === undefined)
    return warn("could not be compared now. Next: try again when nothing is being bought");
  if (findings.length === 0) return pass("no difference");
  const shown = findings.slice(0, MAX_SHOWN).map(({ subject, detail }) => `${subject}: ${detail}`);
  const more = findings.length > MAX_SHOWN ? [`${findings.length - MAX_SHOWN} more`] : [];
  const text = `${[...shown, ...more].join("; ")}. Next: ${nextStep(kind)}`;
  return kind === "ledger" ? fail(text) : warn(text);
}

function nextStep(kind: string): string {
  const [what = "", provider = ""] = kind.split(":");
  switch (what) {
    case "ledger":
      return "make a backup, then look these transfers up; nothing repairs money by itself";
    case "stuck":
      return "is the shop running? Read its log";
    case "clock":
      return "let both hosts keep their time by NTP";
    case "provider_orders":
      return "look the number up in the provider's account";
    default:
      return `look through the provider's statement, then npm run doctor -- --accept ${provider}`;
  }
}
