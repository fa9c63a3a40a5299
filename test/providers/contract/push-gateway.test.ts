import { describeContracts } from "./contracts.ts";

describeContracts("push-gateway");
