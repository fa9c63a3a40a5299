import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Ver serviços",
    alphabetical: "A–Z",
    popular: "Populares",
    repeat: (what) => `Repetir ${what}`,
    sort: { best: "Ordem: melhores", price: "Ordem: preço", name: "Ordem: nome" },
    getNumber: (price) => `Obter número · ${price}`,
    acceptAndGet: "Aceitar e obter número",
    save: "☆ Salvar",
    saved: "★ Salvo",
    otherCountries: "Outros países",
    tryCountry: (what) => `Tentar ${what}`,
    getThis: (what) => `Comprar ${what}`,
  },
  toasts: {
    saved: "Salvo. Você o encontra em /buy.",
    unsaved: "Removido dos favoritos.",
  },
  messages: {
    services: ({ available }) =>
      `<b>Para que você precisa de um código?</b>\nSaldo ${available}. Você também pode escrever: whatsapp brasil`,
    servicesIn: ({ country }) => `<b>Qual serviço? País: ${country}</b>`,
    nothingOnSale: "Agora não há nada à venda. Volte daqui a pouco.",
    notFound: ({ query }) =>
      `Não encontrei “${query}”. Escreva um serviço e um país, como <b>whatsapp brasil</b>, ou veja a lista.`,
    countries: ({ service }) => `<b>${service}: escolha um país</b>`,
    percentNote: "% = códigos recebidos aqui nos últimos 7 dias",
    staleNote: "Alguns preços podem estar um pouco velhos. O próximo passo mostra o exato.",
    noCountries: ({ service }) => `${service} está esgotado em todos os países. Tente em alguns minutos.`,
    heldOnly: ({ price }) => `${price} ficam reservados; você só paga se chegar um código.`,
    window: ({ minutes }) => `prazo de ${minutes} min`,
    cancelAfter: ({ minutes }) => `cancela após ${minutes} min`,
    cancelAnytime: "cancela a qualquer momento",
    noCancel: "não pode ser cancelado",
    secondCode: ({ another }) => `2º código: ${another ? "sim" : "não"}`,
    inStock: ({ count }) => `disponíveis: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `${percent}% receberam o código`
        : `${percent}% receberam o código, em geral em ${seconds} s`,
    yourBalance: ({ available }) => `Saldo ${available}`,
    acceptTerms: "Ao continuar você aceita os /terms",
    short: ({ missing, product }) => `Faltam ${missing} para ${product}.`,
    alternatives: "Que tal um destes?",
  },
};
