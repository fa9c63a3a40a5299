import { describeProviderContract } from "./suite.ts";

describeProviderContract({
  protocol: "otpbuddy",
  quirks: {
    untoldCost: true,
    oneEnding: true,
    // "Invalid parameter" is all it says: the token is one, and so is the country.
    kinds: { "bad key": ["bad_credentials", "bad_mapping"] },
  },
});
