import { describeContracts } from "./contracts.ts";

describeContracts("otpbuddy");
