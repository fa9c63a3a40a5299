import type { MoneyTexts } from "../subjects/money.ts";

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (stars) => `Оплатить ⭐${stars} и купить`,
    payAndBuy: (amount) => `${amount} и купить`,
    otherWays: "Другие способы",
    stars: (stars, value) => `⭐${stars} · ${value}`,
    otherAmount: "Другая сумма",
    cryptoPay: "Криптовалюта",
    manual: "Перевод магазину",
    payNow: (amount) => `Оплатить ${amount}`,
  },
  messages: {
    balance: ({ available, held }) => `<b>Баланс</b>\nДоступно ${available}\nВ резерве для заказов ${held}`,
    movements: "Последние операции:",
    noMovements: "Операций пока нет.",
    movementKinds: {
      topup: "Пополнение",
      topup_refund: "Возврат платежа",
      debt_settled: "В счёт долга",
      late_charge: "Код, пришедший поздно",
      adjustment: "Корректировка",
      referral: "Награда за друга",
      referral_back: "Награда списана",
      bonus: "Бонус",
      other: "Операция",
    },
    topup: ({ available }) => `<b>Пополнение</b>\nБаланс ${available}. Сколько добавить?`,
    topupFor: ({ available, product }) =>
      `<b>Пополнение: ${product}</b>\nБаланс ${available}. Первая кнопка — ровно недостающая сумма.`,
    askStars: ({ min, max }) => `Сколько ⭐? Пришлите число от ${min} до ${max} или сумму, например $5.`,
    askUsd: ({ min, max }) => `Какая сумма в долларах? Пришлите число от ${min} до ${max}, например 7.50.`,
    amountNotUnderstood: "Такая сумма не подходит. Пришлите другую или нажмите «Назад».",
    cryptoInvoice: ({ amount }) => `Счёт на ${amount} готов. Я напишу, как только он будет оплачен.`,
    manualInstructions: ({ amount, contact }) =>
      `Переведите магазину ${amount}${contact ? `, как условились с ${contact}` : ""}. Затем пришлите сюда фото чека или номер перевода.`,
    manualThanks: "Спасибо. Мы проверим перевод и напишем о результате.",
    manualNeedsProof: "Пришлите, пожалуйста, фото чека или короткое сообщение с номером перевода.",
    credited: ({ amount, available }) => `${amount} добавлено. Баланс ${available}.`,
    gettingNumber: ({ product }) => `Покупаю ${product}…`,
    stillTrying: ({ product }) =>
      `${product}: поставщики сейчас не отвечают. Пробую ещё две минуты, потом решать вам. Деньги остаются у вас.`,
    fromShop: ({ text }) => `<b>Сообщение от магазина:</b>\n${text}\nОтветить: /paysupport.`,
    topupRejected:
      "Магазин не нашёл ваш перевод, поэтому ничего не добавлено. Если это ошибка, напишите в /paysupport.",
    topupRefunded: ({ stars, amount, available }) =>
      `Ваш платёж ⭐${stars} возвращён. С баланса снято ${amount}, теперь на нём ${available}.`,
    debt: ({ debt }) =>
      `Вы должны магазину ${debt}: Telegram вернул вам ⭐, которые вы уже потратили. Поступления сначала гасят долг. Покупать снова можно, когда он погашен; пополнить: /topup.`,
    debtSettled: ({ amount, debt, available }) =>
      `${amount} ушло в счёт долга магазину. ${debt === null ? "Долга больше нет" : `Осталось: ${debt}`}. Баланс ${available}.`,
    adjusted: ({ amount, available, reason }) =>
      `Магазин изменил баланс на ${amount}: ${reason}. Баланс ${available}.`,
  },
  invoice: {
    title: "Пополнение баланса",
    description: (amount) => `Добавит ${amount} на ваш баланс в этом магазине.`,
  },
};
