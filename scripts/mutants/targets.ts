import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The code that moves money or decides whether it moves, with the tests of the same area. */
const rooms: readonly { readonly code: RegExp; readonly tests: readonly string[] }[] = [
  { code: /^src\/wallet\//, tests: ["test/wallet", "test/topups", "test/orders"] },
  { code: /^src\/topups\//, tests: ["test/topups", "test/operations"] },
  { code: /^src\/orders\//, tests: ["test/orders"] },
  { code: /^src\/operations\//, tests: ["test/operations"] },
  { code: /^src\/workers\//, tests: ["test/workers"] },
  {
    code: /^src\/db\/queries\/(ledger|orders|order-\w+|orphans|listed-numbers|topups|topup-payments|manual-claims|provider-books)\.ts$/,
    tests: ["test/wallet", "test/orders", "test/topups", "test/operations"],
  },
  {
    code: /^src\/db\/queries\/(inbox|outbox|outbox-claims|telegram-budget|leases)\.ts$/,
    tests: ["test/workers", "test/bot/outbox"],
  },
  {
    code: /^src\/(db\/queries\/forgotten-people|buyers\/people)\.ts$/,
    tests: ["test/buyers", "test/topups"],
  },
];

/** The files of the money code, by their paths below `root`. */
export async function moneyCode(root: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)("git", ["ls-files", "src"], { cwd: root });
  return stdout.split("\n").filter((path) => rooms.some(({ code }) => code.test(path)));
}

/**
 * The tests that should notice a mutant of this file, in steps: first those with the same subject, which are few and notice
 * most, then those of its room. A step may name tests that do not exist.
 */
export function testsFor(file: string): readonly (readonly string[])[] {
  const room = rooms.find(({ code }) => code.test(file))?.tests ?? [];
  const [, area = "", subject = ""] = /^src\/(\w+)\/(\w+)/.exec(file) ?? [];
  return area === "db" ? [room] : [[`test/${area}/${subject}`], room];
}
