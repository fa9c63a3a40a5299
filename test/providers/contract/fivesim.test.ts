import { describeContracts } from "./contracts.ts";

describeContracts("fivesim");
