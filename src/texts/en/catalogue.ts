import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Browse services",
    alphabetical: "A–Z",
    popular: "Popular first",
    repeat: (what) => `Repeat ${what}`,
    sort: { best: "Sort: best", price: "Sort: price", name: "Sort: name" },
    getNumber: (price) => `Get number · ${price}`,
    acceptAndGet: "Accept and get number",
    save: "☆ Save",
    saved: "★ Saved",
    otherCountries: "Other countries",
    tryCountry: (what) => `Try ${what}`,
    getThis: (what) => `Get ${what}`,
  },
  toasts: {
    saved: "Saved. You will find it under /buy.",
    unsaved: "Removed from your favourites.",
  },
  messages: {
    services: ({ available }) =>
      `<b>What do you need a code for?</b>\nBalance ${available}. You can also just type: whatsapp uk`,
    servicesIn: ({ country }) => `<b>Which service in ${country}?</b>`,
    nothingOnSale: "Nothing is on sale this minute. Please look again a little later.",
    notFound: ({ query }) =>
      `I could not find “${query}”. Try a service and a country, like <b>whatsapp uk</b>, or browse.`,
    countries: ({ service }) => `<b>${service}: choose a country</b>`,
    percentNote: "% = codes received here in the last 7 days",
    staleNote: "Some prices may be a little old. The next step shows the exact one.",
    noCountries: ({ service }) => `${service} is sold out everywhere right now. Try again in a few minutes.`,
    heldOnly: ({ price }) => `${price} is held; you pay only if a code arrives.`,
    window: ({ minutes }) => `${minutes} min window`,
    cancelAfter: ({ minutes }) => `cancel after ${minutes} min`,
    cancelAnytime: "cancel at any time",
    noCancel: "cannot be cancelled",
    secondCode: ({ another }) => `2nd code: ${another ? "yes" : "no"}`,
    inStock: ({ count }) => `${count} in stock`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `${percent}% received a code`
        : `${percent}% received a code, usually in ${seconds} s`,
    yourBalance: ({ available }) => `Balance ${available}`,
    acceptTerms: "By continuing you accept /terms",
    short: ({ missing, product }) => `You need ${missing} more for ${product}.`,
    alternatives: "One of these instead?",
  },
};
