import type { Protocol } from "../../../src/providers/port/provider.ts";
import type { Contract } from "./setup.ts";
import { describeProviderContract } from "./suite.ts";

/** How each protocol keeps the contract: nothing said is nothing special. */
const contracts: Readonly<Record<Protocol, readonly Contract[]>> = {
  oxgel: [{}],
  // "platfone" speaks the plain dialect.
  "handler-api": ["plain", "smsbower", "herosms", "tiger", "grizzly"].map((dialect) => ({ dialect })),
  "push-gateway": [
    {
      quirks: {
        madeUpIds: true,
        // It knows neither accounts without money nor why there is no number.
        kinds: { "no funds": ["no_stock"] },
      },
    },
  ],
  otpbuddy: [
    {
      quirks: {
        untoldCost: true,
        oneEnding: true,
        // "Invalid parameter" is all it says: the token is one, and so is the country.
        kinds: { "bad key": ["bad_credentials", "bad_mapping"] },
      },
    },
  ],
  tempcode77: [{}],
  // For a price above the limit it has no words of its own.
  fivesim: [{ quirks: { kinds: { "price moved": ["no_stock"] } } }],
};

/** Runs the contract suite for a protocol, in each of its dialects. */
export function describeContracts(protocol: Protocol): void {
  for (const contract of contracts[protocol]) describeProviderContract({ protocol, ...contract });
}
