import type { Bench } from "./support/bench.ts";
export const queries: Bench = { name: "queries", about: "", run: async () => undefined };
