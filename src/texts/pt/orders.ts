import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `Copiar ${what}`,
    cancel: "Cancelar",
    another: "Outro código",
    buyAgain: "Comprar de novo",
    sameAgain: "O mesmo de novo",
    done: "Pronto",
    showLate: (price) => `Mostrar · ${price}`,
  },
  toasts: {
    cancelRequested: "Cancelando. Se um código chegar antes, vale o código.",
    cancelQueued: "Ainda é cedo: o cancelamento espera e sai sozinho.",
    finished: "Pronto. Obrigado!",
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
    cancelOpens: ({ time }) =>
      `O cancelamento abre ${time}. Pode tocar antes: o pedido espera até lá e sai sozinho.`,
    cancelQueued: ({ time }) => `Seu cancelamento sai ${time}. Se um código chegar antes, vale o código.`,
    cancelAsked: "Cancelando. Se um código chegar antes, vale o código.",
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
      `O fornecedor não aceitou cancelar ${product}. O pedido continua; você só paga se chegar um código.`,
    inDoubt: ({ product }) =>
      `O fornecedor ainda não confirmou ${product}. Estamos verificando; seu dinheiro segue reservado e nada é cobrado duas vezes.`,
    ordersTitle: ({ open }) => `<b>Seus pedidos</b>\n${open === 0 ? "Nada aberto." : `Abertos: ${open}`}`,
    noOrders: "Você ainda não tem pedidos. Seu primeiro número está a três toques.",
    lateSms: ({ product, price, available }) =>
      `Um SMS para ${product} chegou depois que o pedido terminou e ${price} foram liberados. Ele só é mostrado se você pagar ${price}. Não é obrigatório. Saldo ${available}.`,
  },
};
