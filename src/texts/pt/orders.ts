import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `Copiar ${what}`,
    cancel: "Cancelar",
    swap: "O app recusou",
    keepWaiting: "Continuar esperando",
    tellWhenBack: "Avise quando voltar",
    another: "Outro código",
    buyAgain: "Comprar de novo",
    sameAgain: "O mesmo de novo",
    done: "Fechar número",
    openOrder: (what) => `Abrir ${what}`,
    showLate: (price) => `Mostrar · ${price}`,
  },
  toasts: {
    cancelRequested: "Cancelando. Se o código chegar antes, será cobrado.",
    cancelQueued: "Ainda é cedo: cancelaremos assim que possível.",
    finished: "Pronto. Obrigado!",
    swapRequested: "Trocando o número. Se o código chegar antes, será cobrado.",
    swapQueued: "Ainda é cedo: trocaremos assim que possível.",
    keepsWaiting: "Continuamos esperando o código.",
    askingAnother: "Pedindo outro código…",
    alertAdded: "Avisaremos uma vez se voltar em um dia.",
  },
  messages: {
    orderStates: {
      placing: "buscando número",
      in_doubt: "verificando",
      waiting: "esperando o código",
      cancelling: "cancelando",
      received: "código recebido",
      waiting_again: "esperando outro código",
      finished: "concluído",
      cancelled: "cancelado",
      expired: "nenhum código chegou",
      failed: "sem número",
    },
    placing: ({ price }) => `Buscando seu número. Enquanto isso, ${price} ficam reservados.`,
    endsAt: ({ time }) => `Termina ${time}`,
    cancelOpens: ({ time }) => `Dá para cancelar ${time}. Toque agora e cancelaremos assim que possível.`,
    cancelQueued: ({ time }) => `Cancelaremos ${time}. Se o código chegar antes, será cobrado.`,
    cancelAsked: "Cancelando. Se o código chegar antes, será cobrado.",
    swapQueued: ({ time }) => `Trocaremos o número ${time}. Se o código chegar antes, será cobrado.`,
    swapAsked: "Trocando o número. Se o código chegar antes, será cobrado.",
    swapped: "O app recusou este número; o novo tem sua própria mensagem.",
    slow: "Mais lento que o normal. Peça ao app para reenviar o código ou troque o número.",
    moreCodesUntil: ({ time }) => `Pode haver mais códigos, termina ${time}`,
    noOtherCode: ({ product }) =>
      `Nenhum outro código chegou para ${product}. O número foi fechado e nada mais foi cobrado.`,
    backInStock: ({ product }) => `À venda de novo: ${product}.`,
    held: ({ price }) => `${price} reservados, cobrados só se chegar um código`,
    charged: ({ price }) => `${price} cobrados`,
    released: ({ price }) => `${price} devolvidos, nada cobrado`,
    smsPurged: "A mensagem foi apagada, como diz /privacy.",
    codeEvent: ({ charged, available }) =>
      `${charged ? `${charged} cobrados` : "Nada cobrado"} · saldo ${available}`,
    expiredEvent: ({ amount, available }) =>
      `Nenhum código chegou. ${amount} devolvidos, saldo ${available}.`,
    cancelledEvent: ({ amount, available }) => `Cancelado. ${amount} devolvidos, saldo ${available}.`,
    failedEvent: ({ amount, available }) => `${amount} devolvidos, saldo ${available}.`,
    cancelRefused: ({ product }) =>
      `O fornecedor se recusou a cancelar ${product}. O pedido continua; você só paga se chegar um código.`,
    inDoubt: ({ product }) =>
      `O fornecedor ainda não confirmou ${product}. Estamos verificando; seu dinheiro segue reservado até sabermos.`,
    ordersTitle: ({ open }) => `<b>Seus pedidos</b>\n${open === 0 ? "Nada aberto." : `Abertos: ${open}`}`,
    noOrders: "Você ainda não tem pedidos. Seu primeiro número está a três toques.",
    lateSms: ({ product, price, available }) =>
      `Um SMS para ${product} chegou depois que o pedido terminou e ${price} foram liberados. Ele só é mostrado se você pagar ${price}. Não é obrigatório. Saldo ${available}.`,
  },
};
