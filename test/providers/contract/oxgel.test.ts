import { describeProviderContract } from "./suite.ts";

describeProviderContract({ protocol: "oxgel" });
