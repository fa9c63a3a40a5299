import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "Sonido de avisos: sí" : "Sonido de avisos: no"),
    quickBuy: (isOn) => (isOn ? "Compra en un toque: sí" : "Compra en un toque: no"),
    news: (isOn) => (isOn ? "Novedades: sí" : "Novedades: no"),
    noNews: "🔕 No quiero novedades",
    deleteMyData: "Borrar mis datos",
    yesDelete: "Sí, borrar mis datos",
    keepMyData: "Conservar mis datos",
    sendToShop: "Enviar a la tienda",
    searchThis: "Buscar esto",
  },
  messages: {
    settings: "<b>Ajustes</b>\nElige un idioma:",
    settingsSound: "Los códigos y los pagos siempre suenan.",
    settingsQuickBuy:
      "Compra en un toque: toca algo que ya compraste y se compra al momento, hasta el precio de entonces.",
    settingsNews:
      "Novedades: mensajes de la tienda a todos sus clientes. Códigos, pagos y respuestas llegan siempre.",
    forgetAsk: ({ available }) =>
      `Esto borra de la tienda tu id de Telegram, ajustes, favoritos y mensajes. Después no podrás usar tu saldo de ${available}. ¿Seguir?`,
    forgetSure: "No se puede deshacer. ¿Seguro?",
    forgotten: "Tus datos se han borrado. Envía /start para empezar de nuevo.",
    forgetOpenOrders: "Tienes pedidos abiertos. Espera a que terminen o cancélalos y prueba otra vez.",
    kept: "No se borró nada.",
    paysupport: ({ contact }) =>
      `¿Una duda o un problema con un pago? Cuéntalo en tu próximo mensaje: qué compraste o pagaste, cuándo y qué falla. Te responderá una persona.${contact ? `\nTambién puedes escribir a ${contact}.` : ""}`,
    disputeAsk: "<b>¿Enviar esto a la tienda?</b>",
    disputeNeedsText: "Añade unas palabras, por favor: ¿qué falla? Puedes escribirlas con la foto.",
    disputeThanks: "Gracias, la tienda tiene tu mensaje. La respuesta llegará aquí.",
  },
};
