/** The desk's words about resellers. Labels and facts are plain text; whoever shows them escapes them. */
export const resellerTexts = {
  entry: "🔌 Resellers",
  title: "Resellers",
  none: "Nobody has an API key yet.",
  line: ({ name, liveKeys, lastUse }: { name: string; liveKeys: number; lastUse: string | null }): string =>
    `${name} · ${liveKeys} ${liveKeys === 1 ? "key" : "keys"}${lastUse === null ? "" : ` · ${lastUse}`}`,
  key: ({ name, scope, lastUse }: { name: string; scope: string; lastUse: string | null }): string =>
    `${name} · ${scope === "buy" ? "buys" : "only reads"} · ${lastUse === null ? "never used" : `used ${lastUse}`}`,
  bans: (count: number): string => (count === 1 ? "once" : `${count} times`),
  buyer: "👤 Buyer",
  revoke: (keyId: string): string => `Revoke ${keyId}`,
  unban: "Let the keys buy again",
} as const;
