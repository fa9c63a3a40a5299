import type { ProfileTexts } from "../subjects/profile.ts";

export const profile: ProfileTexts = {
  commands: {
    buy: "Comprar un número",
    orders: "Tus pedidos",
    balance: "Saldo y movimientos",
    topup: "Recargar saldo",
    promo: "Código promocional o vale",
    help: "Cómo funciona",
  },
  botName: "Números para códigos",
  description:
    "Números para códigos de un solo uso. Elige un servicio y un país, recibe un número y el código llega a este chat. Solo pagas si llega.",
  shortDescription: "Números para códigos de un solo uso. Solo pagas si llega un código.",
};
