import type { HistoryTexts } from "../subjects/history.ts";

export const history: HistoryTexts = {
  labels: {
    onlyOpen: (count) => `Open: ${count}`,
    allOrders: "All orders",
    asFile: "As a file (CSV)",
  },
  toasts: {
    oneFileAMinute: "One file a minute, please.",
  },
  messages: {
    orderSigns: "⏳ open · ✅ charged · ▫️ nothing charged",
    orderedAt: ({ time }) => `Ordered ${time}`,
    endedAt: ({ time }) => `Ended ${time}`,
    orderMovements: {
      hold: "Held",
      capture: "Charged",
      release: "Released",
      late_charge: "Charged for a late code",
    },
    stillHeld: ({ price }) => `${price} held`,
    fileReady: "Your file. Amounts are in US dollars, times in UTC.",
    fileBounded: ({ count }) => `Only the newest ${count} rows are in the file.`,
  },
};
