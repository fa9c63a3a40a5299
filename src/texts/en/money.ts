import { counted } from "../plural.ts";
import type { MoneyTexts } from "../subjects/money.ts";

const stars = (count: number): string => counted("en", count, { one: "Star", other: "Stars" });

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (count) => `Pay ${stars(count)} and buy`,
    otherWays: "Other ways",
    stars: (count, value) => `${stars(count)} · ${value}`,
    otherAmount: "Other amount",
    cryptoPay: "Crypto",
    manual: "Transfer to the shop",
    payNow: (amount) => `Pay ${amount}`,
  },
  messages: {
    balance: ({ available, held }) => `<b>Balance</b>\nAvailable ${available}\nHeld for open orders ${held}`,
    movements: "Latest movements:",
    noMovements: "No movements yet.",
    movementKinds: {
      topup: "Top-up",
      topup_refund: "Payment refunded",
      hold: "Set aside for an order",
      release: "Released, no code",
      debt_settled: "Paid towards a debt",
      late_charge: "A code that came late",
      adjustment: "Correction",
      other: "Movement",
    },
    topup: ({ available }) => `<b>Top up</b>\nBalance ${available}. How much would you like to add?`,
    topupFor: ({ available, product }) =>
      `<b>Top up for ${product}</b>\nBalance ${available}. The first button is just enough.`,
    askStars: ({ min, max }) => `How many Stars? Send a number from ${min} to ${max}, or an amount like $5.`,
    askUsd: ({ min, max }) => `What amount in dollars? Send a number from ${min} to ${max}, like 7.50.`,
    amountNotUnderstood: "That amount does not work. Please send another one, or tap Back.",
    cryptoInvoice: ({ amount }) => `Your invoice for ${amount} is ready. I will write as soon as it is paid.`,
    manualInstructions: ({ amount, contact }) =>
      `Transfer ${amount} to the shop${contact ? ` as agreed with ${contact}` : ""}. Then send a photo of the receipt here, or a note with the reference.`,
    manualThanks: "Thank you. A person checks it and you will get a message with the result.",
    manualNeedsProof: "Please send a photo of the receipt, or a short note with the reference.",
    credited: ({ amount, available }) => `${amount} added. Balance ${available}.`,
    topupRejected:
      "The shop could not find your transfer, so nothing was added. If you think that is wrong, use /paysupport.",
    topupRefunded: ({ stars: count, amount, available }) =>
      `Your payment of ${stars(count)} was refunded. ${amount} left your balance, which is now ${available}.`,
    debt: ({ debt }) =>
      `You owe the shop ${debt}: Telegram gave you back Stars that you had spent. Money that comes in pays this first. You can buy again when it is paid; /topup adds money.`,
    debtSettled: ({ amount, debt, available }) =>
      `${amount} went towards what you owe the shop. ${debt === null ? "Nothing is owed any more" : `Still owed: ${debt}`}. Balance ${available}.`,
    adjusted: ({ amount, available, reason }) =>
      `The shop changed your balance by ${amount}: ${reason}. Balance ${available}.`,
  },
  invoice: {
    title: "Balance top-up",
    description: (amount) => `Adds ${amount} to your balance in this shop.`,
  },
};
