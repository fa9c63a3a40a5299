import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Browse services",
    search: "Search",
    alphabetical: "A–Z",
    popular: "Popular first",
    repeat: (what) => `Repeat ${what}`,
    sort: { best: "Sort: best", price: "Sort: price", name: "Sort: name" },
    getNumber: (price) => `Get number · ${price}`,
    acceptAndGet: (price) => `Accept · get · ${price}`,
    save: "☆ Save",
    saved: "★ Saved",
    otherCountries: "Other countries",
    tryCountry: (what) => `Try ${what}`,
    getThis: (what) => `Get ${what}`,
    seconds: (count) => `${count}s`,
  },
  toasts: {
    saved: "Saved. You will find it under /buy.",
    unsaved: "Removed from your favourites.",
  },
  messages: {
    services: ({ available }) =>
      `<b>What do you need a code for?</b>\nBalance ${available}. You can also just type: whatsapp uk`,
    whichOne: "<b>Which one?</b>",
    servicesIn: ({ country }) => `<b>Which service in ${country}?</b>`,
    nothingOnSale: "Nothing is available right now. Please try again a little later.",
    notFound: ({ query }) =>
      `I could not find “${query}”. Try a service and a country, like <b>whatsapp uk</b>, or browse.`,
    countries: ({ service }) => `<b>${service}: choose a country</b>`,
    percentNote: "% of orders that got a code, last 7 days",
    staleNote: "Some prices may be out of date. The next step shows the exact one.",
    unanswered: ({ count }) =>
      count === 1
        ? "One supplier has not answered yet; the list is completed when it does."
        : `${count} suppliers have not answered yet; the list is completed when they do.`,
    readingPrices: ({ service }) =>
      `<b>${service}</b>\nPrices are being read. The list appears here in a moment.`,
    readingServices: "The services are being read. They appear here in a moment.",
    noCountries: ({ service }) => `${service} is sold out everywhere right now. Try again in a few minutes.`,
    heldOnly: ({ price }) => `${price} is held; you pay only if a code arrives.`,
    window: ({ minutes }) => `number lasts ${minutes} min`,
    cancelAfter: ({ minutes }) => `cancel after ${minutes} min`,
    cancelAnytime: "cancel at any time",
    noCancel: "cannot be cancelled",
    secondCode: ({ another }) => (another ? "extra codes: free" : "one code only"),
    inStock: ({ count }) => `${count} in stock`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `${percent}% of orders got a code`
        : `${percent}% of orders got a code, usually in ${seconds} s`,
    yourBalance: ({ available }) => `Balance ${available}`,
    acceptTerms: "By continuing you accept /terms",
    payFirst: ({ missing }) =>
      `You need ${missing} more. Once it is paid, the number comes by itself, for an hour and up to this price.`,
    buyInPrivate: ({ product }) => `${product}: get a number in the shop's private chat.`,
    alternatives: "One of these instead?",
  },
};
