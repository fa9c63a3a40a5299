import type { HistoryTexts } from "../subjects/history.ts";

export const history: HistoryTexts = {
  labels: {
    onlyOpen: (count) => `Открытые: ${count}`,
    allOrders: "Все заказы",
    asFile: "Файлом (CSV)",
  },
  toasts: {
    oneFileAMinute: "Не больше одного файла в минуту.",
  },
  messages: {
    orderSigns: "⏳ открыт · ✅ оплачен · ▫️ без оплаты",
    orderedAt: ({ time }) => `Заказано ${time}`,
    endedAt: ({ time }) => `Завершено ${time}`,
    orderMovements: {
      hold: "Зарезервировано",
      capture: "Списано",
      release: "Возвращено",
      late_charge: "Списано за поздний код",
    },
    stillHeld: ({ price }) => `${price} в резерве`,
    fileReady: "Ваш файл. Суммы в долларах США, время UTC.",
    fileBounded: ({ count }) => `В файле только последние строки: ${count}.`,
  },
};
