import { counted } from "../plural.ts";
import type { ChatTexts } from "../subjects/chat.ts";

export const chat: ChatTexts = {
  labels: {
    buy: "Comprar un número",
    orders: "Pedidos",
    balance: "Saldo",
    topup: "Recargar",
    help: "Ayuda",
    settings: "Ajustes",
    home: "Inicio",
    back: "Atrás",
    previous: "Anterior",
    next: "Siguiente",
    notNow: "Ahora no",
    tryAgain: "Reintentar",
    openPrivateChat: "Abrir chat privado",
  },
  toasts: {
    stale: "Ese botón ya no vale. Aquí tienes uno nuevo.",
    writePrivately: "Escríbeme en un chat privado, por favor.",
  },
  messages: {
    welcome: "¡Hola! Elige un servicio y un país, recibe un número y el código llega aquí mismo.",
    home: ({ available, openOrders }) =>
      `Saldo ${available}\n${openOrders === 0 ? "Sin pedidos abiertos." : `Tienes ${counted("es", openOrders, { one: "pedido abierto", other: "pedidos abiertos" })}.`}`,
    help: [
      "<b>Cómo funciona</b>",
      "1. /buy, o escribe un servicio y un país: whatsapp españa",
      "2. Pulsa Obtener número y escribe el número en la aplicación.",
      "3. El código llega aquí. Solo entonces pagas.",
      "",
      "¿Sin código? El dinero vuelve solo al terminar el plazo, o al momento si cancelas.",
      "",
      "/orders tus números · /balance tu dinero · /topup recargar · /settings idioma",
      "/paysupport problemas de pago · /terms · /privacy",
    ].join("\n"),
    group:
      "Solo vendo en un chat privado, para que nadie más vea tus números y códigos. Escríbeme en privado.",
    unknown:
      "No lo he entendido. Escribe un servicio y un país, como <b>whatsapp españa</b>, o usa un botón.",
    onlyText: "Solo leo texto. Escribe un servicio y un país, como <b>whatsapp españa</b>, o usa un botón.",
    slowDown: "Vas más rápido de lo que puedo responder y omití una parte. Más despacio, por favor.",
    somethingWrong: "Algo falló por nuestra parte. Nada se cobró dos veces. Prueba otra vez: /start",
  },
};
