import { counted } from "../plural.ts";
import type { ChatTexts } from "../subjects/chat.ts";

export const chat: ChatTexts = {
  labels: {
    buy: "Comprar número",
    orders: "Pedidos",
    balance: "Saldo",
    topup: "Recarregar",
    help: "Ajuda",
    settings: "Configurações",
    home: "Início",
    back: "Voltar",
    previous: "Anterior",
    next: "Próxima",
    notNow: "Agora não",
    tryAgain: "Tentar de novo",
    openPrivateChat: "Abrir chat privado",
    support: "Suporte",
  },
  toasts: {
    stale: "Esse botão expirou. Aqui está o menu atual.",
    writePrivately: "Me chame no privado, por favor.",
    newsOff:
      "Você não receberá mais novidades. Códigos e pagamentos chegam como antes. Ative de novo em /settings.",
  },
  messages: {
    welcome:
      "Olá! Escolha um serviço e um país, receba um número, e o código chega aqui mesmo. Você só paga se chegar um código.",
    home: ({ available, openOrders }) =>
      `Saldo ${available}\n${openOrders === 0 ? "Nenhum pedido aberto." : `Você tem ${counted("pt", openOrders, { one: "pedido aberto", other: "pedidos abertos" })}.`}`,
    help: [
      "<b>Como funciona</b>",
      "1. /buy, ou escreva um serviço e um país: whatsapp brasil",
      "2. Toque em Obter número e digite o número no aplicativo.",
      "3. O código chega aqui. Só então você paga.",
      "",
      "Sem código? O dinheiro volta sozinho no fim do prazo, ou na hora se você cancelar.",
      "",
      "/orders seus números · /balance seu dinheiro · /topup recarregar · /promo um código · /settings idioma",
      "/paysupport suporte · /terms · /privacy",
    ].join("\n"),
    page: ({ page, pageCount }) => `Página ${page} de ${pageCount}`,
    group:
      "Só vendo em chat privado, para que ninguém mais veja seus números e códigos. Me chame no privado.",
    unknown: "Não entendi. Escreva um serviço e um país, como <b>whatsapp brasil</b>, ou use um botão.",
    onlyText: "Só leio texto. Escreva um serviço e um país, como <b>whatsapp brasil</b>, ou use um botão.",
    slowDown: "É mais rápido do que consigo responder: deixei uma parte de fora. Mais devagar, por favor.",
    somethingWrong: "Algo deu errado. Confira /orders antes de tentar de novo.",
  },
};
