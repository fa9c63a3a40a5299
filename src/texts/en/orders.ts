import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `Copy ${what}`,
    cancel: "Cancel",
    another: "Another code",
    buyAgain: "Buy again",
    sameAgain: "Same again",
    done: "Done",
    showLate: (price) => `Show it · ${price}`,
  },
  toasts: {
    cancelRequested: "Cancelling. If a code comes first, the code wins.",
    cancelQueued: "Too early: your cancel waits and goes out by itself.",
    finished: "Done. Thank you!",
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
    cancelOpens: ({ time }) => `Cancel opens ${time}. Tap it any time; an early tap waits until then.`,
    cancelQueued: ({ time }) => `Your cancel goes out ${time}. If a code comes first, the code wins.`,
    cancelAsked: "Cancelling. If a code comes first, the code wins.",
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
      `The supplier did not accept the cancel for ${product}. The order goes on; you still pay only if a code arrives.`,
    inDoubt: ({ product }) =>
      `The supplier has not confirmed ${product} yet. We are checking; your money stays held and nothing is charged twice.`,
    ordersTitle: ({ open }) => `<b>Your orders</b>\n${open === 0 ? "Nothing open." : `Open: ${open}`}`,
    noOrders: "You have no orders yet. Your first number is three taps away.",
    lateSms: ({ product, price, available }) =>
      `An SMS for ${product} came after your order had ended and ${price} had been released. It is shown only if you pay for it: ${price}. You need not. Balance ${available}.`,
  },
};
