import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Ver servicios",
    search: "Buscar",
    alphabetical: "A–Z",
    popular: "Populares",
    repeat: (what) => `Repetir ${what}`,
    sort: { best: "Orden: mejores", price: "Orden: precio", name: "Orden: nombre" },
    getNumber: (price) => `Pedir número · ${price}`,
    acceptAndGet: (price) => `Aceptar y pedir ${price}`,
    save: "☆ Guardar",
    saved: "★ Guardado",
    otherCountries: "Otros países",
    tryCountry: (what) => `Probar ${what}`,
    getThis: (what) => `Comprar ${what}`,
    seconds: (count) => `${count} s`,
  },
  toasts: {
    saved: "Guardado. Lo verás en /buy.",
    unsaved: "Quitado de tus favoritos.",
  },
  messages: {
    services: ({ available }) =>
      `<b>¿Para qué necesitas un código?</b>\nSaldo ${available}. También puedes escribir: whatsapp españa`,
    whichOne: "<b>¿Cuál de estos?</b>",
    servicesIn: ({ country }) => `<b>¿Qué servicio en ${country}?</b>`,
    nothingOnSale: "Ahora mismo no hay nada disponible. Prueba un poco más tarde.",
    notFound: ({ query }) =>
      `No encuentro «${query}». Prueba un servicio y un país, como <b>whatsapp españa</b>, o mira la lista.`,
    countries: ({ service }) => `<b>${service}: elige un país</b>`,
    percentNote: "% de pedidos que recibieron un código, últimos 7 días",
    staleNote: "Algunos precios pueden haber cambiado. El siguiente paso muestra el exacto.",
    unanswered: ({ count }) =>
      count === 1
        ? "Un proveedor aún no ha respondido; la lista se completará cuando lo haga."
        : `${count} proveedores aún no han respondido; la lista se completará cuando lo hagan.`,
    readingPrices: ({ service }) =>
      `<b>${service}</b>\nConsultando precios. La lista aparecerá aquí en un momento.`,
    readingServices: "Consultando los servicios. Aparecerán aquí en un momento.",
    noCountries: ({ service }) => `${service} está agotado en todas partes. Prueba dentro de unos minutos.`,
    heldOnly: ({ price }) => `${price} se reservan; solo pagas si llega un código.`,
    window: ({ minutes }) => `el número dura ${minutes} min`,
    cancelAfter: ({ minutes }) => `cancelable tras ${minutes} min`,
    cancelAnytime: "cancelable en todo momento",
    noCancel: "no se puede cancelar",
    secondCode: ({ another }) => (another ? "más códigos: gratis" : "un solo código"),
    inStock: ({ count }) => `disponibles: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `El ${percent}% de los pedidos recibió un código`
        : `El ${percent}% de los pedidos recibió un código, normalmente en ${seconds} s`,
    yourBalance: ({ available }) => `Saldo ${available}`,
    acceptTerms: "Al continuar aceptas las condiciones: /terms",
    payFirst: ({ missing }) =>
      `Faltan ${missing}. Al pagarlos, el número llega solo, durante una hora y hasta este precio.`,
    buyInPrivate: ({ product }) => `${product}: consigue un número en el chat privado de la tienda.`,
    alternatives: "¿Alguno de estos?",
  },
};
