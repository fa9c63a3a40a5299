import { describeProviderContract } from "./suite.ts";

// "platfone" speaks the plain dialect.
for (const dialect of ["plain", "smsbower", "herosms", "tiger", "grizzly"]) {
  describeProviderContract({ protocol: "handler-api", dialect });
}
