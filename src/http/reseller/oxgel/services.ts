/** The two codes that OxgelAPI's document gives to other services than the shop does; who they displace has a name. */
const ours: ReadonlyMap<string, string> = new Map([
  ["tk", "lf"],
  ["oi", "dr"],
  ["mvideo", "tk"],
  ["tinder", "oi"],
]);
const theirs: ReadonlyMap<string, string> = new Map([...ours].map(([code, serviceId]) => [serviceId, code]));

/** The shop's service for a code of this dialect. */
export function serviceIdOf(code: string): string {
  return ours.get(code) ?? code;
}

/** The code of a service of the shop in this dialect. */
export function codeOf(serviceId: string): string {
  return theirs.get(serviceId) ?? serviceId;
}
