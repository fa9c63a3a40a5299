import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Ver serviços",
    search: "Buscar",
    alphabetical: "A–Z",
    popular: "Populares",
    repeat: (what) => `Repetir ${what}`,
    sort: { best: "Ordem: melhores", price: "Ordem: preço", name: "Ordem: nome" },
    getNumber: (price) => `Obter número · ${price}`,
    acceptAndGet: (price) => `Aceitar e obter ${price}`,
    save: "☆ Salvar",
    saved: "★ Salvo",
    otherCountries: "Outros países",
    tryCountry: (what) => `Tentar ${what}`,
    getThis: (what) => `Comprar ${what}`,
    seconds: (count) => `${count} s`,
  },
  toasts: {
    saved: "Salvo. Você o encontra em /buy.",
    unsaved: "Removido dos favoritos.",
  },
  messages: {
    services: ({ available }) =>
      `<b>Para que você precisa de um código?</b>\nSaldo ${available}. Você também pode escrever: whatsapp brasil`,
    whichOne: "<b>Qual destes?</b>",
    servicesIn: ({ country }) => `<b>Qual serviço? País: ${country}</b>`,
    nothingOnSale: "Agora não há nada disponível. Volte daqui a pouco.",
    notFound: ({ query }) =>
      `Não encontrei “${query}”. Escreva um serviço e um país, como <b>whatsapp brasil</b>, ou veja a lista.`,
    countries: ({ service }) => `<b>${service}: escolha um país</b>`,
    percentNote: "% dos pedidos que receberam um código, últimos 7 dias",
    staleNote: "Alguns preços podem estar desatualizados. O próximo passo mostra o exato.",
    unanswered: ({ count }) =>
      count === 1
        ? "Um fornecedor ainda não respondeu; a lista será completada quando ele responder."
        : `${count} fornecedores ainda não responderam; a lista será completada quando responderem.`,
    readingPrices: ({ service }) =>
      `<b>${service}</b>\nConsultando preços. A lista aparece aqui em um instante.`,
    readingServices: "Consultando os serviços. Eles aparecem aqui em um instante.",
    noCountries: ({ service }) => `${service} está esgotado em todos os países. Tente em alguns minutos.`,
    heldOnly: ({ price }) => `${price} ficam reservados; você só paga se chegar um código.`,
    window: ({ minutes }) => `o número dura ${minutes} min`,
    cancelAfter: ({ minutes }) => `cancelamento após ${minutes} min`,
    cancelAnytime: "cancelamento a qualquer momento",
    noCancel: "não pode ser cancelado",
    secondCode: ({ another }) => (another ? "mais códigos: grátis" : "um só código"),
    inStock: ({ count }) => `disponíveis: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `${percent}% dos pedidos receberam o código`
        : `${percent}% dos pedidos receberam o código, em geral em ${seconds} s`,
    yourBalance: ({ available }) => `Saldo ${available}`,
    acceptTerms: "Ao continuar você aceita os termos: /terms",
    payFirst: ({ missing }) =>
      `Faltam ${missing}. Depois do pagamento o número chega sozinho, por uma hora e até este preço.`,
    buyInPrivate: ({ product }) => `${product}: compre um número no chat privado da loja.`,
    alternatives: "Que tal um destes?",
  },
};
