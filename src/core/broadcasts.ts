import { z } from "zod";

/** What operators send to many people, as it is stored. */

/** The text of everybody whose language has none of its own. */
export const ANY_LANGUAGE = "any";

const language = z.string().regex(/^[a-z]{2,3}$/);

export const broadcastContentSchema = z.object({
  /** HTML as Telegram takes it, by language; `any`: for everybody else. */
  texts: z.record(language, z.string().min(1)),
  /** A picture, by its file id at Telegram. */
  photoFileId: z.string().nullable(),
  button: z.object({ label: z.string().min(1).max(64), url: z.url() }).nullable(),
});
export type BroadcastContent = z.infer<typeof broadcastContentSchema>;

export const emptyContent: BroadcastContent = { texts: {}, photoFileId: null, button: null };

/** Whom a broadcast is for. "bought": a code arrived and was paid. */
export const segments = [
  "all",
  "bought_7",
  "bought_30",
  "bought_90",
  /** Bought within 180 days, but not in the last 30. */
  "stopped",
  "never",
  /** Has money on the balance. */
  "balance",
  /** Has a key of the resellers' API. */
  "resellers",
] as const;
export type Segment = (typeof segments)[number];

export const audienceSchema = z.object({
  segment: z.enum(segments),
  /** Only those who read the shop in this language; null: all. */
  language: language.nullable(),
});
export type Audience = z.infer<typeof audienceSchema>;

export const broadcastStates = [
  "draft",
  "running",
  "paused",
  "stopped",
  "done",
  "deleting",
  "deleted",
] as const;
export type BroadcastState = (typeof broadcastStates)[number];

/** The text for a reader; undefined: there is none for them. */
export function textIn({ texts }: BroadcastContent, readerLanguage: string): string | undefined {
  return texts[readerLanguage] ?? texts[ANY_LANGUAGE];
}

/** Whether everybody of this audience has a text. */
export function isComplete(content: BroadcastContent, audience: Audience): boolean {
  const needed = audience.language ?? ANY_LANGUAGE;
  return textIn(content, needed) !== undefined;
}

/**
 * Where a button may lead: a page (https, http), or t.me, also without the "https://" before it. A word alone is what the
 * bot gets by `t.me/<bot>?start=…`. Undefined for anything else.
 */
export function buttonUrl(typed: string, botName: string): string | undefined {
  const text = typed.trim();
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return `https://t.me/${botName}?start=${text}`;
  const address = /^t\.me\//i.test(text) ? `https://${text}` : text;
  if (!/^https?:\/\/\S{1,2000}$/i.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isPublic = url.hostname.includes(".") && url.username === "" && url.password === "";
  return isPublic ? url.href : undefined;
}
