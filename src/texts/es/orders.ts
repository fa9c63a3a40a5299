import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `Copiar ${what}`,
    cancel: "Cancelar",
    another: "Otro código",
    buyAgain: "Comprar otra vez",
    sameAgain: "Lo mismo otra vez",
    done: "Listo",
    showLate: (price) => `Mostrarlo · ${price}`,
  },
  toasts: {
    cancelRequested: "Cancelando. Si antes llega un código, vale el código.",
    cancelQueued: "Aún es pronto: la cancelación espera y sale sola.",
    finished: "Listo. ¡Gracias!",
  },
  messages: {
    orderStates: {
      placing: "buscando número",
      in_doubt: "comprobando",
      waiting: "esperando el código",
      cancelling: "cancelando",
      received: "código recibido",
      waiting_again: "esperando otro código",
      finished: "terminado",
      cancelled: "cancelado",
      expired: "no llegó código",
      failed: "sin número",
    },
    placing: ({ price }) => `Buscando tu número. Mientras tanto, ${price} quedan reservados.`,
    endsAt: ({ time }) => `Termina ${time}`,
    cancelOpens: ({ time }) =>
      `Se puede cancelar ${time}. Puedes pulsar ya: si es pronto, espera hasta entonces.`,
    cancelQueued: ({ time }) => `La cancelación sale ${time}. Si antes llega un código, vale el código.`,
    cancelAsked: "Cancelando. Si antes llega un código, vale el código.",
    held: ({ price }) => `${price} reservados, se cobran solo si llega un código`,
    charged: ({ price }) => `${price} cobrados`,
    released: ({ price }) => `${price} devueltos, nada cobrado`,
    smsPurged: "El mensaje se borró, como dice /privacy.",
    codeEvent: ({ charged, available }) =>
      `${charged ? `${charged} cobrados` : "Nada cobrado"} · saldo ${available}`,
    expiredEvent: ({ amount, available }) => `No llegó código. ${amount} devueltos, saldo ${available}.`,
    cancelledEvent: ({ amount, available }) => `Cancelado. ${amount} devueltos, saldo ${available}.`,
    failedEvent: ({ amount, available }) => `${amount} devueltos, saldo ${available}.`,
    cancelRefused: ({ product }) =>
      `El proveedor no aceptó cancelar ${product}. El pedido sigue; solo pagas si llega un código.`,
    inDoubt: ({ product }) =>
      `El proveedor aún no confirma ${product}. Lo estamos comprobando; tu dinero sigue reservado y nada se cobra dos veces.`,
    ordersTitle: ({ open }) => `<b>Tus pedidos</b>\n${open === 0 ? "Nada abierto." : `Abiertos: ${open}`}`,
    noOrders: "Aún no tienes pedidos. Tu primer número está a tres toques.",
    lateSms: ({ product, price, available }) =>
      `Llegó un SMS para ${product} cuando tu pedido ya había terminado y se habían liberado ${price}. Solo se muestra si pagas ${price}. No es obligatorio. Saldo ${available}.`,
  },
};
