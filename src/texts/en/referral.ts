import type { ReferralTexts } from "../subjects/referral.ts";

export const referral: ReferralTexts = {
  labels: {
    inviteFriend: "Invite a friend",
    shareLink: "Share the link",
    copyLink: "Copy the link",
  },
  messages: {
    invite: ({ share, orders, perFriend, perMonth }) =>
      `<b>Invite a friend</b>\nSend your link to somebody who is new here. You get ${share} of what the shop earns with their first orders that bring a code, ${orders} at most. Limits: ${perFriend} for a friend, ${perMonth} in 30 days. If a friend's payment that was spent is refunded, what you got for this friend is taken back.`,
    inviteTotals: ({ friends, earned }) => `Friends: ${friends} · earned ${earned}`,
    privacyReferral:
      "If you come by an invitation, we keep who invited whom, and the rewards, until one of you deletes their data. Of deleted data a keyed hash of the Telegram id stays, so that nobody counts as new twice.",
  },
};
