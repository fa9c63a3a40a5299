import { counted } from "../plural.ts";
import type { PromotionsTexts } from "../subjects/promotions.ts";

export const promotions: PromotionsTexts = {
  messages: {
    askCode: "Envie seu código promocional ou vale.",
    codeRefused: {
      unknown: "Esse código não existe. Confira cada letra.",
      used_up: "Este código já se esgotou.",
      expired: "Este código não vale mais.",
      already_yours: "Você já usou este código. Ele vale uma vez por pessoa.",
      not_for_you: "Este código não é para você. Alguns são só para novos compradores.",
      too_many_tries: "Foram códigos errados demais. Tente de novo daqui a uma hora.",
    },
    voucherAdded: ({ amount, available }) => `Seu vale adicionou ${amount}. Saldo ${available}.`,
    bonusWaits: ({ amount, min }) =>
      `Código aceito: sua próxima recarga${min ? ` de pelo menos ${min}` : ""} traz mais ${amount}. Recarregue com /topup.`,
    bonusAdded: ({ amount, available }) => `Seu código promocional adicionou ${amount}. Saldo ${available}.`,
    bonusTaken: ({ amount, available }) =>
      `Seu pagamento foi devolvido, então o bônus que veio com ele foi retirado: ${amount}. Saldo ${available}.`,
    discountReady: ({ percent, count, product }) =>
      `Código aceito: ${percent}% de desconto nas próximas compras (${counted("pt", count, { one: "número", other: "números" })})${product ? `, para ${product}` : ""}. O preço antes da compra já mostra isso.`,
    codeUntil: ({ time }) => `Válido até ${time}.`,
    insteadOf: ({ price }) => `Com seu código promocional, em vez de ${price}.`,
  },
};
