import { describeProviderContract } from "./suite.ts";

describeProviderContract({ protocol: "tempcode77" });
