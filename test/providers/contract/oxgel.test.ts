import { describeContracts } from "./contracts.ts";

describeContracts("oxgel");
