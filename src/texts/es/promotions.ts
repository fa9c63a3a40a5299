import { counted } from "../plural.ts";
import type { PromotionsTexts } from "../subjects/promotions.ts";

export const promotions: PromotionsTexts = {
  messages: {
    askCode: "Envía tu código promocional o vale.",
    codeRefused: {
      unknown: "Ese código no existe. Revisa cada letra.",
      used_up: "Este código ya se agotó.",
      expired: "Este código ya no es válido.",
      already_yours: "Ya usaste este código. Funciona una vez por persona.",
      not_for_you: "Este código no es para ti. Algunos son solo para compradores nuevos.",
      too_many_tries: "Demasiados códigos incorrectos. Inténtalo de nuevo dentro de una hora.",
    },
    voucherAdded: ({ amount, available }) => `Tu vale añadió ${amount}. Saldo ${available}.`,
    bonusWaits: ({ amount, min }) =>
      `Código aceptado: tu próxima recarga${min ? ` de al menos ${min}` : ""} trae ${amount} más. Recarga con /topup.`,
    bonusAdded: ({ amount, available }) => `Tu código promocional añadió ${amount}. Saldo ${available}.`,
    bonusTaken: ({ amount, available }) =>
      `Tu pago fue devuelto, así que se retiró el bono que trajo: ${amount}. Saldo ${available}.`,
    discountReady: ({ percent, count, product }) =>
      `Código aceptado: ${percent}% de descuento en tus próximas compras (${counted("es", count, { one: "número", other: "números" })})${product ? `, para ${product}` : ""}. Lo verás en el precio antes de comprar.`,
    codeUntil: ({ time }) => `Válido hasta ${time}.`,
    insteadOf: ({ price }) => `Con tu código promocional, en lugar de ${price}.`,
  },
};
