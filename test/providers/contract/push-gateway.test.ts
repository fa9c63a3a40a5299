import { describeProviderContract } from "./suite.ts";

describeProviderContract({
  protocol: "push-gateway",
  quirks: {
    madeUpIds: true,
    // It knows neither accounts without money nor why there is no number.
    kinds: { "no funds": ["no_stock"] },
  },
});
