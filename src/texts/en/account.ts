import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "Sound for updates: on" : "Sound for updates: off"),
    quickBuy: (isOn) => (isOn ? "One-tap buying: on" : "One-tap buying: off"),
    news: (isOn) => (isOn ? "News of the shop: on" : "News of the shop: off"),
    noNews: "🔕 No more news",
    deleteMyData: "Delete my data",
    yesDelete: "Yes, delete my data",
    keepMyData: "Keep my data",
    sendToShop: "Send to the shop",
    searchThis: "Search for it",
  },
  messages: {
    settings: "<b>Settings</b>\nChoose a language:",
    settingsSound: "Codes and payments always make a sound.",
    settingsQuickBuy:
      "One-tap buying: a tap on something you bought before buys it at once, up to the price it had.",
    settingsNews:
      "News: messages of the shop to all its customers. Codes, payments and answers always arrive.",
    forgetAsk: ({ available }) =>
      `This deletes your Telegram id, settings, favourites and messages from the shop. Your balance of ${available} cannot be used afterwards. Go on?`,
    forgetSure: "This cannot be undone. Are you sure?",
    forgotten: "Your data has been deleted. Send /start to begin again.",
    forgetOpenOrders: "You have open orders. Please wait until they end or cancel them, then try again.",
    kept: "Nothing was deleted.",
    paysupport: ({ contact }) =>
      `A question, or trouble with a payment? Describe it in your next message: what you bought or paid, when, and what is wrong. A person will answer.${contact ? `\nYou can also write to ${contact}.` : ""}`,
    disputeAsk: "<b>Send this to the shop?</b>",
    disputeNeedsText: "Please add a few words: what is wrong? You can write them under the picture.",
    disputeThanks: "Thank you, your message is with the shop. You will get an answer here.",
  },
};
