import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "Sound for all news: on" : "Sound for all news: off"),
    deleteMyData: "Delete my data",
    yesDelete: "Yes, delete my data",
    keepMyData: "Keep my data",
  },
  messages: {
    settings: "<b>Settings</b>\nChoose a language:",
    settingsSound: "Codes and payments always make a sound.",
    forgetAsk: ({ available }) =>
      `This deletes your Telegram id, settings, favourites and messages from the shop. Your balance of ${available} cannot be used afterwards. Go on?`,
    forgetSure: "This cannot be undone. Are you sure?",
    forgotten: "Your data is deleted. Thank you for having been here. /start begins anew.",
    forgetOpenOrders: "You have open orders. Please wait until they end or cancel them, then try again.",
    kept: "Nothing was deleted.",
    paysupport: ({ contact }) =>
      `Trouble with a payment? Describe it in your next message: what you paid, when, and what is wrong. A person will answer.${contact ? `\nYou can also write to ${contact}.` : ""}`,
    disputeThanks: "Thank you, your message is with the shop. You will get an answer here.",
  },
};
