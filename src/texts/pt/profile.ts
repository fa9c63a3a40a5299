import type { ProfileTexts } from "../subjects/profile.ts";

export const profile: ProfileTexts = {
  commands: {
    buy: "Comprar um número",
    orders: "Seus pedidos",
    balance: "Saldo e movimentos",
    topup: "Adicionar saldo",
    promo: "Código promocional ou vale",
    help: "Como funciona",
  },
  botName: "Números para códigos",
  description:
    "Números para códigos de uso único. Escolha um serviço e um país, receba um número, e o código chega neste chat. Você só paga se ele chegar.",
  shortDescription: "Números para códigos de uso único. Você só paga se chegar um código.",
};
