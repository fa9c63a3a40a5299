import type { MoneyTexts } from "../subjects/money.ts";

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (count) => `Pay ⭐${count} and buy`,
    payAndBuy: (amount) => `Pay ${amount} and buy`,
    otherWays: "Other ways",
    stars: (count, value) => `⭐${count} · ${value}`,
    otherAmount: "Other amount",
    cryptoPay: "Crypto",
    manual: "Transfer to the shop",
    payNow: (amount) => `Pay ${amount}`,
  },
  messages: {
    balance: ({ available, held }) => `<b>Balance</b>\nAvailable ${available}\nHeld for open orders ${held}`,
    movements: "Latest transactions:",
    noMovements: "No transactions yet.",
    movementKinds: {
      topup: "Top-up",
      topup_refund: "Payment refunded",
      debt_settled: "Paid towards a debt",
      late_charge: "A code that came late",
      adjustment: "Correction",
      referral: "Reward for a friend",
      referral_back: "Reward taken back",
      bonus: "Bonus",
      other: "Transaction",
    },
    topup: ({ available }) => `<b>Top up</b>\nBalance ${available}. How much would you like to add?`,
    topupFor: ({ available, product }) =>
      `<b>Top up for ${product}</b>\nBalance ${available}. The first button covers what's missing.`,
    askStars: ({ min, max }) => `How many ⭐? Send a number from ${min} to ${max}, or an amount like $5.`,
    askUsd: ({ min, max }) => `What amount in dollars? Send a number from ${min} to ${max}, like 7.50.`,
    amountNotUnderstood: "That amount does not work. Please send another one, or tap Back.",
    cryptoInvoice: ({ amount }) =>
      `Your invoice for ${amount} is ready. I'll message you as soon as it is paid.`,
    manualInstructions: ({ amount, contact }) =>
      `Transfer ${amount} to the shop${contact ? ` as agreed with ${contact}` : ""}. Then send a photo of the receipt here, or a message with the reference.`,
    manualThanks: "Thank you. We'll check it and message you.",
    manualNeedsProof: "Please send a photo of the receipt, or a short message with the reference.",
    credited: ({ amount, available }) => `${amount} added. Balance ${available}.`,
    gettingNumber: ({ product }) => `Getting ${product}…`,
    stillTrying: ({ product }) =>
      `${product}: no supplier answers just now. I go on trying for two minutes; then you decide. Your money stays yours.`,
    fromShop: ({ text }) => `<b>Message from the shop:</b>\n${text}\nAnswer with /paysupport.`,
    topupRejected:
      "The shop could not find your transfer, so nothing was added. If you think that is wrong, use /paysupport.",
    topupRefunded: ({ stars, amount, available }) =>
      `Your payment of ⭐${stars} was refunded. ${amount} left your balance, which is now ${available}.`,
    debt: ({ debt }) =>
      `You owe the shop ${debt}: Telegram gave you back ⭐ that you had already spent. Money that comes in pays this first. You can buy again when it is paid; /topup adds money.`,
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
