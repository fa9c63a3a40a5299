import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `Копировать ${what}`,
    cancel: "Отменить",
    another: "Ещё код",
    buyAgain: "Купить снова",
    sameAgain: "Ещё раз",
    done: "Готово",
    openOrder: (what) => `Открыть ${what}`,
    showLate: (price) => `Показать · ${price}`,
  },
  toasts: {
    cancelRequested: "Отменяем. Если код придёт раньше, заказ будет оплачен.",
    cancelQueued: "Пока рано. Отменим сразу, как станет возможно.",
    finished: "Готово. Спасибо!",
  },
  messages: {
    orderStates: {
      placing: "получаем номер",
      in_doubt: "проверяем",
      waiting: "ждём код",
      cancelling: "отменяем",
      received: "код получен",
      waiting_again: "ждём ещё код",
      finished: "завершён",
      cancelled: "отменён",
      expired: "код не пришёл",
      failed: "номер не получен",
    },
    placing: ({ price }) => `Получаем номер. Пока ${price} в резерве.`,
    endsAt: ({ time }) => `Истекает ${time}`,
    cancelOpens: ({ time }) => `Отменить можно ${time}. Нажмите сейчас — отменим сразу, как станет возможно.`,
    cancelQueued: ({ time }) => `Отменим ${time}. Если код придёт раньше, заказ будет оплачен.`,
    cancelAsked: "Отменяем. Если код придёт раньше, заказ будет оплачен.",
    held: ({ price }) => `${price} в резерве, спишется только с кодом`,
    charged: ({ price }) => `${price} списано`,
    released: ({ price }) => `${price} возвращено, ничего не списано`,
    smsPurged: "Сообщение удалено, как сказано в /privacy.",
    codeEvent: ({ charged, available }) =>
      `${charged ? `${charged} списано` : "Ничего не списано"} · баланс ${available}`,
    expiredEvent: ({ amount, available }) => `Код не пришёл. ${amount} возвращено, баланс ${available}.`,
    cancelledEvent: ({ amount, available }) => `Отменено. ${amount} возвращено, баланс ${available}.`,
    failedEvent: ({ amount, available }) => `${amount} возвращено, баланс ${available}.`,
    cancelRefused: ({ product }) =>
      `Поставщик отказался отменить ${product}. Заказ продолжается; вы по-прежнему платите, только если код придёт.`,
    inDoubt: ({ product }) =>
      `Поставщик ещё не подтвердил: ${product}. Мы проверяем; деньги в резерве, пока не выясним.`,
    ordersTitle: ({ open }) => `<b>Ваши заказы</b>\n${open === 0 ? "Открытых нет." : `Открытых: ${open}`}`,
    noOrders: "Заказов пока нет. До первого номера три нажатия.",
    lateSms: ({ product, price, available }) =>
      `SMS для ${product} пришло, когда заказ уже закончился и ${price} вернулись на баланс. Мы покажем его, только если вы заплатите ${price}. Это необязательно. Баланс ${available}.`,
  },
};
