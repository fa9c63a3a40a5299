import { BlockList, isIP } from "node:net";
import { plainAddress } from "../addresses.ts";

/** Networks that are nobody's public server: private, loopback, link-local (also the clouds' metadata), reserved, multicast. */
const forbidden = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"],
  ...["203.0.113.0/24", "224.0.0.0/3"],
  // Of IPv6 only what is given out to the world (2000::/3) is public, without what leads back to an IPv4 address or to nobody.
  ...["::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
];

/** Whether an address must not be called. Who asks us to call it chooses the address, and we stand inside the firewall. */
export function createForbidden(): (address: string) => boolean {
  // A list each: in a common one an IPv4 address would also count as the IPv6 address that it can be written as.
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const network of forbidden) {
    const [address = "", prefix = ""] = network.split("/");
    if (isIP(address) === 6) lists[6].addSubnet(address, Number(prefix), "ipv6");
    else lists[4].addSubnet(address, Number(prefix), "ipv4");
  }
  return (given) => {
    const address = plainAddress(given);
    const family = isIP(address);
    if (family === 4) return lists[4].check(address, "ipv4");
    return family !== 6 || lists[6].check(address, "ipv6");
  };
}
