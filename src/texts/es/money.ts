import type { MoneyTexts } from "../subjects/money.ts";

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (count) => `Pagar ⭐${count} y comprar`,
    payAndBuy: (amount) => `Paga ${amount} y compra`,
    otherWays: "Otras formas",
    stars: (count, value) => `⭐${count} · ${value}`,
    otherAmount: "Otro importe",
    cryptoPay: "Cripto",
    manual: "Transferencia",
    payNow: (amount) => `Pagar ${amount}`,
  },
  messages: {
    balance: ({ available, held }) => `<b>Saldo</b>\nDisponible ${available}\nReservado para pedidos ${held}`,
    movements: "Últimos movimientos:",
    noMovements: "Aún no hay movimientos.",
    movementKinds: {
      topup: "Recarga",
      topup_refund: "Pago devuelto",
      debt_settled: "Pago de una deuda",
      late_charge: "Código que llegó tarde",
      adjustment: "Corrección",
      referral: "Recompensa por un amigo",
      referral_back: "Recompensa retirada",
      bonus: "Bono",
      other: "Movimiento",
    },
    topup: ({ available }) => `<b>Recargar</b>\nSaldo ${available}. ¿Cuánto quieres añadir?`,
    topupFor: ({ available, product }) =>
      `<b>Recargar para ${product}</b>\nSaldo ${available}. El primer botón cubre justo lo que falta.`,
    askStars: ({ min, max }) => `¿Cuántas ⭐? Envía un número de ${min} a ${max}, o un importe como $5.`,
    askUsd: ({ min, max }) => `¿Qué importe en dólares? Envía un número de ${min} a ${max}, como 7.50.`,
    amountNotUnderstood: "Ese importe no sirve. Envía otro o toca Atrás.",
    cryptoInvoice: ({ amount }) =>
      `Tu enlace de pago de ${amount} está listo. Te aviso en cuanto esté pagado.`,
    manualInstructions: ({ amount, contact }) =>
      `Transfiere ${amount} a la tienda${contact ? ` como acordaste con ${contact}` : ""}. Después envía aquí una foto del recibo o un mensaje con la referencia.`,
    manualThanks: "Gracias. Lo comprobaremos y te avisaremos.",
    manualNeedsProof: "Envía una foto del recibo o un mensaje corto con la referencia.",
    credited: ({ amount, available }) => `${amount} añadidos. Saldo ${available}.`,
    gettingNumber: ({ product }) => `Comprando ${product}…`,
    stillTrying: ({ product }) =>
      `${product}: ningún proveedor responde ahora. Sigo intentándolo dos minutos; después decides tú. Tu dinero sigue siendo tuyo.`,
    fromShop: ({ text }) => `<b>Mensaje de la tienda:</b>\n${text}\nResponde con /paysupport.`,
    topupRejected:
      "La tienda no encontró tu transferencia, así que no se añadió nada. Si crees que es un error, usa /paysupport.",
    topupRefunded: ({ stars, amount, available }) =>
      `Tu pago de ⭐${stars} fue devuelto. ${amount} salieron de tu saldo, que ahora es ${available}.`,
    debt: ({ debt }) =>
      `Debes ${debt} a la tienda: Telegram te devolvió ⭐ que ya habías gastado. El dinero que entra paga esto primero. Podrás comprar cuando esté pagado; recarga con /topup.`,
    debtSettled: ({ amount, debt, available }) =>
      `${amount} se usaron para pagar lo que debes a la tienda. ${debt === null ? "Ya no debes nada" : `Aún debes ${debt}`}. Saldo ${available}.`,
    adjusted: ({ amount, available, reason }) =>
      `La tienda cambió tu saldo en ${amount}: ${reason}. Saldo ${available}.`,
  },
  invoice: {
    title: "Recarga de saldo",
    description: (amount) => `Añade ${amount} a tu saldo en esta tienda.`,
  },
};
