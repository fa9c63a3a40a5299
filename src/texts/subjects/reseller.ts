import type { Html } from "../html.ts";

/** The resellers' API in the chat, where the operator has switched it on. */
export interface ResellerTexts {
  readonly labels: {
    readonly apiAccept: string;
    readonly apiNewKey: string;
    readonly apiKeyDone: string;
    readonly apiBack: string;
    readonly apiStyle: (style: "wait" | "retry" | "resend") => string;
    /** What a tap changes it to. */
    readonly apiScope: (to: "read" | "buy") => string;
    readonly apiRotate: string;
    /** Makes a call to the key's webhook, as a sample. */
    readonly apiHookTest: string;
    readonly apiRevoke: string;
    readonly apiRevokeSure: string;
  };
  readonly messages: {
    readonly apiIntro: string;
    /** Asks to accept the API's own terms. */
    readonly apiTerms: string;
    readonly apiKeys: (view: { count: number; max: number }) => string;
    readonly apiShownOnce: string;
    readonly apiTooMany: string;
    readonly apiRevoked: string;
    /** What all keys did on a day. */
    readonly apiDigest: (view: { day: Html; sold: number; codes: number; spent: Html }) => string;
    readonly apiNotUnderstood: string;
    /** The facts of a key; null: not limited, or never used. */
    readonly apiKey: (view: {
      scope: "read" | "buy";
      maxPrice: Html | null;
      dailyCap: Html | null;
      maxOpen: number | null;
      addresses: Html | null;
      lastUse: Html | null;
      endsAt: Html | null;
    }) => string;
    /** How limits are typed. `keyId` names the key. */
    readonly apiHowToChange: (view: { keyId: Html }) => string;
    readonly apiAskRevoke: string;
    /** The webhook of a key; `last`: when it was called last, and what came of it. */
    readonly apiHook: (view: { url: string; isOff: boolean; last: Html | null }) => string;
    readonly apiHookSecret: string;
    readonly apiHookRefused: string;
    readonly apiHookSent: string;
    readonly apiHookOff: (view: { name: Html }) => string;
    readonly apiNewNetwork: (view: { name: Html; network: string }) => string;
  };
}
