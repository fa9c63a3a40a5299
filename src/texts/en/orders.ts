import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `Copy ${what}`,
    cancel: "Cancel",
    swap: "App refused it",
    keepWaiting: "Keep waiting",
    tellWhenBack: "Tell me when it's back",
    another: "Another code",
    buyAgain: "Buy again",
    sameAgain: "Same again",
    done: "Close number",
    openOrder: (what) => `Open ${what}`,
    showLate: (price) => `Show it · ${price}`,
  },
  toasts: {
    cancelRequested: "Cancelling. If a code arrives first, you keep it and pay.",
    cancelQueued: "Too early to cancel. We'll do it as soon as it is possible.",
    finished: "Done. Thank you!",
    swapRequested: "Exchanging the number. If a code arrives first, you keep it and pay.",
    swapQueued: "Too early to exchange. We'll do it as soon as it is possible.",
    keepsWaiting: "We keep waiting for the code.",
    askingAnother: "Asking for another code…",
    alertAdded: "We'll tell you once if it is back within a day.",
  },
  messages: {
    orderStates: {
      placing: "getting a number",
      in_doubt: "checking",
      waiting: "waiting for the code",
      cancelling: "cancelling",
      received: "code received",
      waiting_again: "waiting for another code",
      finished: "done",
      cancelled: "cancelled",
      expired: "no code came",
      failed: "no number",
    },
    placing: ({ price }) => `Getting your number. ${price} is held meanwhile.`,
    endsAt: ({ time }) => `Ends ${time}`,
    cancelOpens: ({ time }) => `You can cancel ${time}. Tap now and we'll cancel then.`,
    cancelQueued: ({ time }) => `We'll cancel ${time}. If a code arrives first, you keep it and pay.`,
    cancelAsked: "Cancelling. If a code arrives first, you keep it and pay.",
    swapQueued: ({ time }) =>
      `We'll exchange the number ${time}. If a code arrives first, you keep it and pay.`,
    swapAsked: "Exchanging the number. If a code arrives first, you keep it and pay.",
    swapped: "The app refused this number; the new one has a card of its own.",
    slow: "Slower than usual. Ask the app to send the code once more, or exchange the number.",
    moreCodesUntil: ({ time }) => `More codes possible; ends ${time}`,
    noOtherCode: ({ product }) =>
      `No other code came for ${product}. The number is closed; nothing more was charged.`,
    backInStock: ({ product }) => `${product} is on sale again.`,
    held: ({ price }) => `${price} held, charged only if a code arrives`,
    charged: ({ price }) => `${price} charged`,
    released: ({ price }) => `${price} released, nothing charged`,
    smsPurged: "The message was deleted, as /privacy says.",
    codeEvent: ({ charged, available }) =>
      `${charged ? `${charged} charged` : "Nothing charged"} · balance ${available}`,
    expiredEvent: ({ amount, available }) => `No code came. ${amount} released, balance ${available}.`,
    cancelledEvent: ({ amount, available }) => `Cancelled. ${amount} released, balance ${available}.`,
    failedEvent: ({ amount, available }) => `${amount} released, balance ${available}.`,
    cancelRefused: ({ product }) =>
      `The supplier refused to cancel ${product}. The order goes on; you still pay only if a code arrives.`,
    inDoubt: ({ product }) =>
      `The supplier has not confirmed ${product} yet. We are checking; your money stays held until we know.`,
    ordersTitle: ({ open }) => `<b>Your orders</b>\n${open === 0 ? "Nothing open." : `Open: ${open}`}`,
    noOrders: "You have no orders yet. Your first number is three taps away.",
    lateSms: ({ product, price, available }) =>
      `An SMS for ${product} came after your order had ended and ${price} had been released. It is shown only if you pay for it: ${price}. You need not. Balance ${available}.`,
  },
};
