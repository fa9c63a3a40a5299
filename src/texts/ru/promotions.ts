import { counted } from "../plural.ts";
import type { PromotionsTexts } from "../subjects/promotions.ts";

export const promotions: PromotionsTexts = {
  messages: {
    askCode: "Отправьте промокод или ваучер.",
    codeRefused: {
      unknown: "Такого кода нет. Проверьте каждую букву.",
      used_up: "Этот код уже использован полностью.",
      expired: "Этот код больше не действует.",
      already_yours: "Вы уже использовали этот код. Он действует один раз для каждого.",
      not_for_you: "Этот код не для вас. Некоторые коды только для новых покупателей.",
      too_many_tries: "Слишком много неверных кодов. Попробуйте через час.",
    },
    voucherAdded: ({ amount, available }) => `Ваучер: добавлено ${amount}. Баланс ${available}.`,
    bonusWaits: ({ amount, min }) =>
      `Код принят: следующее пополнение${min ? ` от ${min}` : ""} принесёт ещё ${amount}. Пополнить: /topup.`,
    bonusAdded: ({ amount, available }) => `Промокод: добавлено ${amount}. Баланс ${available}.`,
    bonusTaken: ({ amount, available }) =>
      `Ваш платёж вернули, поэтому бонус за него списан: ${amount}. Баланс ${available}.`,
    discountReady: ({ percent, count, product }) =>
      `Код принят: скидка ${percent}% на ${counted("ru", count, { one: "следующий номер", few: "следующих номера", other: "следующих номеров" })}${product ? `, для ${product}` : ""}. Она видна в цене перед покупкой.`,
    codeUntil: ({ time }) => `Действует до ${time}.`,
    insteadOf: ({ price }) => `С промокодом, вместо ${price}.`,
  },
};
