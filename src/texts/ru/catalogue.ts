import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Все сервисы",
    search: "Поиск",
    alphabetical: "По алфавиту",
    popular: "Популярные",
    repeat: (what) => `Снова ${what}`,
    sort: { best: "Сначала лучшие", price: "Сначала дешёвые", name: "А–Я" },
    getNumber: (price) => `Взять номер · ${price}`,
    acceptAndGet: (price) => `Принять и взять ${price}`,
    save: "☆ Сохранить",
    saved: "★ Сохранено",
    otherCountries: "Другие страны",
    tryCountry: (what) => `Взять ${what}`,
    getThis: (what) => `Купить ${what}`,
    seconds: (count) => `${count} с`,
  },
  toasts: {
    saved: "Сохранено. Найдёте в /buy.",
    unsaved: "Убрано из избранного.",
  },
  messages: {
    services: ({ available }) =>
      `<b>Для чего нужен код?</b>\nБаланс ${available}. Можно просто написать: whatsapp россия`,
    whichOne: "<b>Что из этого?</b>",
    servicesIn: ({ country }) => `<b>Какой сервис? Страна: ${country}</b>`,
    nothingOnSale: "Сейчас ничего нет в наличии. Загляните чуть позже.",
    notFound: ({ query }) =>
      `Не нахожу «${query}». Напишите сервис и страну, например <b>whatsapp россия</b>, или откройте список.`,
    countries: ({ service }) => `<b>${service}: выберите страну</b>`,
    percentNote: "% — доля заказов с кодом за 7 дней",
    staleNote: "Некоторые цены могли устареть. Точная будет на следующем шаге.",
    unanswered: ({ count }) =>
      count === 1
        ? "Один поставщик ещё не ответил; список дополнится, когда он ответит."
        : `Ещё не ответили поставщики: ${count}. Список дополнится, когда они ответят.`,
    readingPrices: ({ service }) => `<b>${service}</b>\nУзнаю цены. Список появится здесь через мгновение.`,
    readingServices: "Узнаю, что есть в продаже. Список появится здесь через мгновение.",
    noCountries: ({ service }) => `${service} сейчас нигде нет. Попробуйте через несколько минут.`,
    heldOnly: ({ price }) => `${price} резервируется; вы платите, только если код придёт.`,
    window: ({ minutes }) => `номер на ${minutes} мин`,
    cancelAfter: ({ minutes }) => `отмена через ${minutes} мин`,
    cancelAnytime: "отмена в любой момент",
    noCancel: "отменить нельзя",
    secondCode: ({ another }) => (another ? "ещё коды: бесплатно" : "только один код"),
    inStock: ({ count }) => `в наличии: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `Код пришёл в ${percent}% заказов`
        : `Код пришёл в ${percent}% заказов, обычно за ${seconds} с`,
    yourBalance: ({ available }) => `Баланс ${available}`,
    acceptTerms: "Продолжая, вы принимаете /terms",
    payFirst: ({ missing }) =>
      `Не хватает ${missing}. После оплаты номер придёт сам: в течение часа и не дороже этой цены.`,
    buyInPrivate: ({ product }) => `${product}: номер можно купить в личном чате с магазином.`,
    alternatives: "Может быть, что-то из этого?",
  },
};
