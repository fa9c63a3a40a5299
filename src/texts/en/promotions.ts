import { counted } from "../plural.ts";
import type { PromotionsTexts } from "../subjects/promotions.ts";

export const promotions: PromotionsTexts = {
  messages: {
    askCode: "Please send your promo code or voucher.",
    codeRefused: {
      unknown: "There is no such code. Please check every letter.",
      used_up: "This code has been used up.",
      expired: "This code is not valid any more.",
      already_yours: "You have used this code already. It works once for each person.",
      not_for_you: "This code is not for you. Some codes are for new buyers only.",
      too_many_tries: "Those were too many wrong codes. Please try again in an hour.",
    },
    voucherAdded: ({ amount, available }) => `Your voucher added ${amount}. Balance ${available}.`,
    bonusWaits: ({ amount, min }) =>
      `Code accepted: your next top-up${min ? ` of at least ${min}` : ""} brings ${amount} extra. /topup adds money.`,
    bonusAdded: ({ amount, available }) => `Your promo code added ${amount}. Balance ${available}.`,
    bonusTaken: ({ amount, available }) =>
      `Your payment was refunded, so the bonus that came with it was taken back: ${amount}. Balance ${available}.`,
    discountReady: ({ percent, count, product }) =>
      `Code accepted: ${percent}% off your next ${counted("en", count, { one: "number", other: "numbers" })}${product ? `, for ${product}` : ""}. The price before you buy shows it.`,
    codeUntil: ({ time }) => `Valid until ${time}.`,
    insteadOf: ({ price }) => `With your promo code, instead of ${price}.`,
  },
};
