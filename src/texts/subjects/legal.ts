import type { Html } from "../html.ts";

/** /privacy and /terms. When the meaning of the terms changes, raise TERMS_VERSION (index.ts). */
export interface LegalTexts {
  readonly privacy: (view: { hours: number; contact: Html | null }) => string;
  readonly terms: (view: { version: number; contact: Html | null }) => string;
}
