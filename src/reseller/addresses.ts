import { BlockList, isIP } from "node:net";

const MAX_ENTRIES = 20;
const MAX_KNOWN = 1_000;

/**
 * An address or network ("203.0.113.7", "10.0.0.0/8", "2001:db8::/32") in one spelling; undefined for anything else. A
 * network of a prefix 0 is refused: it would be no list at all.
 */
export function readCidr(text: string): string | undefined {
  const [address = "", prefix, ...rest] = text.trim().toLowerCase().split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return undefined;
  if (prefix === undefined) return address;
  if (!/^\d{1,3}$/.test(prefix)) return undefined;
  const bits = Number(prefix);
  return bits >= 1 && bits <= (family === 4 ? 32 : 128) ? `${address}/${bits}` : undefined;
}

/** A list that somebody typed, divided by blanks or commas. Undefined: something of it is no address, or it is too long. */
export function readCidrs(text: string): string[] | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  const cidrs = parts.map(readCidr).filter((cidr) => cidr !== undefined);
  return cidrs.length === parts.length && cidrs.length <= MAX_ENTRIES ? [...new Set(cidrs)] : undefined;
}

/** Whether an address is in one of these networks. An IPv4 address that came as IPv6 counts as IPv4. */
export function createAddressList(cidrs: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", prefix] = cidr.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  const isListed = (given: string): boolean => {
    const address = plainAddress(given);
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
  };
  /** The same few clients ask many times a second. */
  const known = new Map<string, boolean>();
  return (given) => {
    const answer = known.get(given) ?? isListed(given);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(given, answer);
    return answer;
  };
}

/** "::ffff:203.0.113.7" as "203.0.113.7". */
export function plainAddress(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}
