import type { Clock } from "../core/clock.ts";
import { addMs } from "../core/clock.ts";
import type { Database } from "../db/client.ts";
import type { Finding } from "../db/queries/findings.ts";
import { rememberListed } from "../db/queries/listed-numbers.ts";
import { selectKnownUpstreamIds, selectOrdersInStates } from "../db/queries/order-lists.ts";
import { selectOrphanIds } from "../db/queries/orphans.ts";
import type { Provider } from "../providers/port/provider.ts";

const MAX_ORDERS = 1_000;
/** A list may lag behind a purchase, and a purchase behind the list. */
const SETTLED_MS = 3 * 60 * 1000;
/** A number that ended here longer ago should not be open there. */
const ENDED_MS = 24 * 60 * 60 * 1000;

/**
 * Our open orders against the provider's list: a number there that is nobody's here costs money for nothing, an
 * order here that is unknown there will never get its code. Undefined: this provider has no list.
 */
export async function compareOpenOrders(
  deps: { readonly db: Database; readonly clock: Clock },
  provider: Provider,
): Promise<readonly Finding[] | undefined> {
  if (!provider.capabilities.activeList) return [];
  const placedBefore = addMs(deps.clock.now(), -SETTLED_MS);
  const states = ["waiting", "cancelling"];
  const filter = { provider: provider.name, placedBefore, limit: MAX_ORDERS };
  const ours = await selectOrdersInStates(deps.db, states, filter);
  const list = await provider.active({ priority: "background" });
  const listed = new Set(list.map((rental) => rental.upstreamId));
  const ids = [...listed];
  // Read after the list, purchases before known ids: what began or ended in between then counts as no difference.
  const doubts = await selectOrdersInStates(deps.db, ["placing", "in_doubt"], {
    provider: provider.name,
    limit: 1,
  });
  const now = deps.clock.now();
  // Numbers that were listed before a purchase are not the ones that it bought: reconciling needs to know them.
  await rememberListed(deps.db, provider.name, ids, now);
  const known = await selectKnownUpstreamIds(deps.db, provider.name, ids, addMs(now, -ENDED_MS));
  const orphans = await selectOrphanIds(deps.db, provider.name, ids, now);
  const open = new Set((await selectOrdersInStates(deps.db, states, filter)).map((order) => order.id));
  const findings: Finding[] = ours
    .filter((order) => open.has(order.id))
    .filter(
      (order) =>
        order.upstreamId !== null && !listed.has(order.upstreamId) && isAlive(order.expiresAt, deps.clock),
    )
    .map((order) => ({
      kind: "provider_orders",
      subject: order.id,
      detail: "open here, not in the provider's list",
    }));
  // While a purchase is in doubt, the list may show its number, which no order has yet.
  if (doubts.length > 0) return findings;
  for (const rental of list) {
    const isOurs = known.has(rental.upstreamId) || orphans.has(rental.upstreamId);
    if (isOurs || rental.observation.status !== "waiting") continue;
    const detail = "rented in this account, but no order of ours";
    findings.push({ kind: "provider_orders", subject: `upstream ${rental.upstreamId}`, detail });
  }
  return findings;
}

function isAlive(expiresAt: Date | null, clock: Clock): boolean {
  return expiresAt !== null && expiresAt > clock.now();
}
