import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Ver servicios",
    alphabetical: "A–Z",
    popular: "Populares",
    repeat: (what) => `Repetir ${what}`,
    sort: { best: "Orden: mejores", price: "Orden: precio", name: "Orden: nombre" },
    getNumber: (price) => `Obtener número · ${price}`,
    acceptAndGet: "Aceptar y obtener número",
    save: "☆ Guardar",
    saved: "★ Guardado",
    otherCountries: "Otros países",
    tryCountry: (what) => `Probar ${what}`,
    getThis: (what) => `Comprar ${what}`,
  },
  toasts: {
    saved: "Guardado. Lo verás en /buy.",
    unsaved: "Quitado de tus favoritos.",
  },
  messages: {
    services: ({ available }) =>
      `<b>¿Para qué necesitas un código?</b>\nSaldo ${available}. También puedes escribir: whatsapp españa`,
    servicesIn: ({ country }) => `<b>¿Qué servicio en ${country}?</b>`,
    nothingOnSale: "Ahora mismo no hay nada a la venta. Vuelve a mirar un poco más tarde.",
    notFound: ({ query }) =>
      `No encuentro «${query}». Prueba un servicio y un país, como <b>whatsapp españa</b>, o mira la lista.`,
    countries: ({ service }) => `<b>${service}: elige un país</b>`,
    percentNote: "% = códigos recibidos aquí en los últimos 7 días",
    staleNote: "Algún precio puede estar algo anticuado. El siguiente paso muestra el exacto.",
    noCountries: ({ service }) => `${service} está agotado en todas partes. Prueba dentro de unos minutos.`,
    heldOnly: ({ price }) => `${price} se reservan; solo pagas si llega un código.`,
    window: ({ minutes }) => `${minutes} min de espera`,
    cancelAfter: ({ minutes }) => `cancelable tras ${minutes} min`,
    cancelAnytime: "cancelable en todo momento",
    noCancel: "no se puede cancelar",
    secondCode: ({ another }) => `2.º código: ${another ? "sí" : "no"}`,
    inStock: ({ count }) => `disponibles: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `El ${percent}% recibió un código`
        : `El ${percent}% recibió un código, normalmente en ${seconds} s`,
    yourBalance: ({ available }) => `Saldo ${available}`,
    acceptTerms: "Al continuar aceptas los /terms",
    short: ({ missing, product }) => `Te faltan ${missing} para ${product}.`,
    alternatives: "¿Alguno de estos?",
  },
};
