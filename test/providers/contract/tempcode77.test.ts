import { describeContracts } from "./contracts.ts";

describeContracts("tempcode77");
