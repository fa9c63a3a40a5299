import { BlockList, isIP } from "node:net";

const PRIVATE_V4: readonly (readonly [string, number])[] = [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
];
const PRIVATE_V6: readonly (readonly [string, number])[] = [
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
];
/** Names that public DNS never answers for: the RFC 6761/6762 ones and the one reserved for private use. */
const PRIVATE_SUFFIXES = [".localhost", ".local", ".internal"];

/**
 * True for loopback and private addresses, where plain http does not cross the open network. A name without a
 * dot (a container's name) can only resolve on a private network, so it counts too.
 */
function isPrivateHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  const version = isIP(name);
  if (version === 0) {
    return !name.includes(".") || PRIVATE_SUFFIXES.some((suffix) => name.endsWith(suffix));
  }
  const ranges = new BlockList();
  for (const [address, bits] of PRIVATE_V4) ranges.addSubnet(address, bits, "ipv4");
  for (const [address, bits] of PRIVATE_V6) ranges.addSubnet(address, bits, "ipv6");
  return ranges.check(name, version === 4 ? "ipv4" : "ipv6");
}

/** Why secrets must not be sent to this address; undefined: they may. The text never contains the address. */
export function urlProblem(value: string): string | undefined {
  if (!URL.canParse(value)) return "must be a complete URL such as https://shop.example.com";
  const url = new URL(value);
  if (url.protocol === "https:") return undefined;
  if (url.protocol !== "http:") return "must start with https://";
  return isPrivateHost(url.hostname)
    ? undefined
    : "must start with https:// (plain http is for loopback and private addresses only)";
}
