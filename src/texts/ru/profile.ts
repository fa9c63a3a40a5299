import type { ProfileTexts } from "../subjects/profile.ts";

export const profile: ProfileTexts = {
  commands: {
    buy: "Купить номер",
    orders: "Ваши заказы",
    balance: "Баланс и операции",
    topup: "Пополнить",
    promo: "Промокод или ваучер",
    help: "Как это работает",
  },
  botName: "Номера для кодов",
  description:
    "Номера для одноразовых кодов. Выберите сервис и страну, получите номер, и код придёт в этот чат. Вы платите, только если код пришёл.",
  shortDescription: "Номера для одноразовых кодов. Вы платите, только если код пришёл.",
};
