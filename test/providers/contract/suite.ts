import { afterEach, beforeEach, describe } from "vitest";
import { type Bench, type ContractOptions, found, openBench } from "./setup.ts";
import { describeBroken } from "./suite-broken.ts";
import { describeCatalogue } from "./suite-catalogue.ts";
import { describeOrders } from "./suite-orders.ts";
import { describePurchase } from "./suite-purchase.ts";

/**
 * What the shop relies on, whatever the upstream speaks: the same promises for every protocol, against its pretend
 * supplier over real HTTP. What a protocol cannot do follows from its `capabilities`.
 */
export function describeProviderContract(options: ContractOptions): void {
  const title = options.dialect ? `${options.protocol} (${options.dialect})` : options.protocol;
  describe(`a provider that speaks ${title}`, () => {
    let current: Bench | undefined;
    beforeEach(async () => {
      current = await openBench(options);
    });
    afterEach(async () => {
      await current?.close();
    });
    const bench = (): Bench => found(current);
    describeCatalogue(options, bench);
    describePurchase(options, bench);
    describeOrders(options, bench);
    describeBroken(bench);
  });
}
