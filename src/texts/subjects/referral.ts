import type { Html } from "../html.ts";

/** Inviting a friend, where the operator has switched it on. */
export interface ReferralTexts {
  readonly labels: {
    readonly inviteFriend: string;
    readonly shareLink: string;
    readonly copyLink: string;
  };
  readonly messages: {
    /** `share` ("20%") of what the shop earns; `orders` is how many first orders count; the limits are amounts. */
    readonly invite: (view: { share: string; orders: number; perFriend: Html; perMonth: Html }) => string;
    readonly inviteTotals: (view: { friends: number; earned: Html }) => string;
    /** A sentence of /privacy. */
    readonly privacyReferral: string;
  };
}
