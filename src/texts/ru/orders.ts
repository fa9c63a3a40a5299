import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `Копировать ${what}`,
    cancel: "Отменить",
    another: "Ещё код",
    buyAgain: "Купить снова",
    sameAgain: "Ещё раз",
    done: "Готово",
    showLate: (price) => `Показать · ${price}`,
  },
  toasts: {
    cancelRequested: "Отменяем. Если код придёт раньше, он остаётся за вами.",
    cancelQueued: "Пока рано: отмена подождёт и уйдёт сама.",
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
    endsAt: ({ time }) => `Окончание: ${time}`,
    cancelOpens: ({ time }) => `Отмена откроется ${time}. Нажать можно сразу: раннее нажатие подождёт.`,
    cancelQueued: ({ time }) => `Отмена уйдёт ${time}. Если код придёт раньше, он остаётся за вами.`,
    cancelAsked: "Отменяем. Если код придёт раньше, он остаётся за вами.",
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
      `Поставщик не принял отмену: ${product}. Заказ продолжается; вы по-прежнему платите, только если код придёт.`,
    inDoubt: ({ product }) =>
      `Поставщик ещё не подтвердил: ${product}. Мы проверяем; деньги в резерве, дважды ничего не спишется.`,
    ordersTitle: ({ open }) => `<b>Ваши заказы</b>\n${open === 0 ? "Открытых нет." : `Открытых: ${open}`}`,
    noOrders: "Заказов пока нет. До первого номера три нажатия.",
    lateSms: ({ product, price, available }) =>
      `SMS для ${product} пришло, когда заказ уже закончился и ${price} вернулись на баланс. Мы покажем его, только если вы заплатите ${price}. Это необязательно. Баланс ${available}.`,
  },
};
