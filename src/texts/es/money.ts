import { counted } from "../plural.ts";
import type { MoneyTexts } from "../subjects/money.ts";

const stars = (count: number): string => counted("es", count, { one: "Star", other: "Stars" });

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (count) => `Pagar ${stars(count)} y comprar`,
    otherWays: "Otras formas",
    stars: (count, value) => `${stars(count)} · ${value}`,
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
      hold: "Reservado para un pedido",
      release: "Devuelto, sin código",
      debt_settled: "Pago de una deuda",
      late_charge: "Código que llegó tarde",
      adjustment: "Corrección",
      other: "Movimiento",
    },
    topup: ({ available }) => `<b>Recargar</b>\nSaldo ${available}. ¿Cuánto quieres añadir?`,
    topupFor: ({ available, product }) =>
      `<b>Recargar para ${product}</b>\nSaldo ${available}. Con el primer botón basta.`,
    askStars: ({ min, max }) => `¿Cuántas Stars? Envía un número de ${min} a ${max}, o un importe como $5.`,
    askUsd: ({ min, max }) => `¿Qué importe en dólares? Envía un número de ${min} a ${max}, como 7.50.`,
    amountNotUnderstood: "Ese importe no sirve. Envía otro o pulsa Atrás.",
    cryptoInvoice: ({ amount }) => `Tu factura de ${amount} está lista. Te escribo en cuanto esté pagada.`,
    manualInstructions: ({ amount, contact }) =>
      `Transfiere ${amount} a la tienda${contact ? ` como acordaste con ${contact}` : ""}. Después envía aquí una foto del recibo o una nota con la referencia.`,
    manualThanks: "Gracias. Una persona lo comprueba y te aviso del resultado.",
    manualNeedsProof: "Envía una foto del recibo o una nota corta con la referencia.",
    credited: ({ amount, available }) => `${amount} añadidos. Saldo ${available}.`,
    topupRejected:
      "La tienda no encontró tu transferencia, así que no se añadió nada. Si crees que es un error, usa /paysupport.",
    topupRefunded: ({ stars: count, amount, available }) =>
      `Tu pago de ${stars(count)} fue devuelto. ${amount} salieron de tu saldo, que ahora es ${available}.`,
    debt: ({ debt }) =>
      `Debes ${debt} a la tienda: Telegram te devolvió Stars que ya habías gastado. El dinero que entra paga esto primero. Podrás comprar cuando esté pagado; recarga con /topup.`,
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
