import { counted } from "../plural.ts";
import type { ChatTexts } from "../subjects/chat.ts";

export const chat: ChatTexts = {
  labels: {
    buy: "Comprar número",
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
    support: "Soporte",
  },
  toasts: {
    stale: "Ese botón ha caducado. Este es el menú actual.",
    writePrivately: "Escríbeme en un chat privado, por favor.",
    newsOff:
      "No recibirás más novedades. Los códigos y pagos llegan como siempre. Se activan de nuevo en /settings.",
  },
  messages: {
    welcome:
      "¡Hola! Elige un servicio y un país, recibe un número y el código llega aquí mismo. Solo pagas si llega un código.",
    home: ({ available, openOrders }) =>
      `Saldo ${available}\n${openOrders === 0 ? "Sin pedidos abiertos." : `Tienes ${counted("es", openOrders, { one: "pedido abierto", other: "pedidos abiertos" })}.`}`,
    help: [
      "<b>Cómo funciona</b>",
      "1. /buy, o escribe un servicio y un país: whatsapp españa",
      "2. Toca Pedir número y escribe el número en la aplicación.",
      "3. El código llega aquí. Solo entonces pagas.",
      "",
      "¿Sin código? El dinero vuelve solo al terminar el plazo, o al momento si cancelas.",
      "",
      "/orders tus números · /balance tu dinero · /topup recargar · /promo un código · /settings idioma",
      "/paysupport soporte · /terms · /privacy",
    ].join("\n"),
    page: ({ page, pageCount }) => `Página ${page} de ${pageCount}`,
    group:
      "Solo vendo en un chat privado, para que nadie más vea tus números y códigos. Escríbeme en privado.",
    unknown:
      "No lo he entendido. Escribe un servicio y un país, como <b>whatsapp españa</b>, o usa un botón.",
    onlyText: "Solo leo texto. Escribe un servicio y un país, como <b>whatsapp españa</b>, o usa un botón.",
    slowDown: "Vas más rápido de lo que puedo responder y omití una parte. Más despacio, por favor.",
    somethingWrong: "Algo salió mal. Mira /orders antes de intentarlo otra vez.",
  },
};
