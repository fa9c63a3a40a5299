import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "Sonido en todo: sí" : "Sonido en todo: no"),
    deleteMyData: "Borrar mis datos",
    yesDelete: "Sí, borrar mis datos",
    keepMyData: "Conservar mis datos",
  },
  messages: {
    settings: "<b>Ajustes</b>\nElige un idioma:",
    settingsSound: "Los códigos y los pagos siempre suenan.",
    forgetAsk: ({ available }) =>
      `Esto borra de la tienda tu id de Telegram, ajustes, favoritos y mensajes. Después no podrás usar tu saldo de ${available}. ¿Seguir?`,
    forgetSure: "No se puede deshacer. ¿Seguro?",
    forgotten: "Tus datos están borrados. Gracias por tu visita. /start empieza de nuevo.",
    forgetOpenOrders: "Tienes pedidos abiertos. Espera a que terminen o cancélalos y prueba otra vez.",
    kept: "No se borró nada.",
    paysupport: ({ contact }) =>
      `¿Un problema con un pago? Cuéntalo en tu próximo mensaje: qué pagaste, cuándo y qué falla. Te responderá una persona.${contact ? `\nTambién puedes escribir a ${contact}.` : ""}`,
    disputeThanks: "Gracias, la tienda tiene tu mensaje. La respuesta llegará aquí.",
  },
};
