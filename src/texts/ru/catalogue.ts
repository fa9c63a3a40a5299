import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Все сервисы",
    alphabetical: "По алфавиту",
    popular: "Популярные",
    repeat: (what) => `Повторить ${what}`,
    sort: { best: "Порядок: лучшие", price: "Порядок: цена", name: "Порядок: имя" },
    getNumber: (price) => `Получить номер · ${price}`,
    acceptAndGet: "Принять и получить номер",
    save: "☆ Сохранить",
    saved: "★ Сохранено",
    otherCountries: "Другие страны",
    tryCountry: (what) => `Взять ${what}`,
    getThis: (what) => `Купить ${what}`,
  },
  toasts: {
    saved: "Сохранено. Найдёте в /buy.",
    unsaved: "Убрано из избранного.",
  },
  messages: {
    services: ({ available }) =>
      `<b>Для чего нужен код?</b>\nБаланс ${available}. Можно просто написать: whatsapp россия`,
    servicesIn: ({ country }) => `<b>Какой сервис? Страна: ${country}</b>`,
    nothingOnSale: "Сейчас ничего нет в продаже. Загляните чуть позже.",
    notFound: ({ query }) =>
      `Не нахожу «${query}». Напишите сервис и страну, например <b>whatsapp россия</b>, или откройте список.`,
    countries: ({ service }) => `<b>${service}: выберите страну</b>`,
    percentNote: "% = сколько кодов пришло за 7 дней",
    staleNote: "Некоторые цены могли устареть. Точная будет на следующем шаге.",
    noCountries: ({ service }) => `${service} сейчас нигде нет. Попробуйте через несколько минут.`,
    heldOnly: ({ price }) => `${price} резервируется; вы платите, только если код придёт.`,
    window: ({ minutes }) => `номер на ${minutes} мин`,
    cancelAfter: ({ minutes }) => `отмена через ${minutes} мин`,
    cancelAnytime: "отмена в любой момент",
    noCancel: "отменить нельзя",
    secondCode: ({ another }) => `второй код: ${another ? "да" : "нет"}`,
    inStock: ({ count }) => `в наличии: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null ? `${percent}% получили код` : `${percent}% получили код, обычно за ${seconds} с`,
    yourBalance: ({ available }) => `Баланс ${available}`,
    acceptTerms: "Продолжая, вы принимаете /terms",
    short: ({ missing, product }) => `Не хватает ${missing}, чтобы купить ${product}.`,
    alternatives: "Может быть, что-то из этого?",
  },
};
