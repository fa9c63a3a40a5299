import type { ReferralTexts } from "../subjects/referral.ts";

export const referral: ReferralTexts = {
  labels: {
    inviteFriend: "Invitar amigos",
    shareLink: "Compartir el enlace",
    copyLink: "Copiar el enlace",
  },
  messages: {
    invite: ({ share, orders, perFriend, perMonth }) =>
      `<b>Invitar amigos</b>\nEnvía tu enlace a alguien nuevo aquí. Recibes el ${share} de lo que gana la tienda con sus primeros pedidos con código, ${orders} como máximo. Límites: ${perFriend} por amigo, ${perMonth} en 30 días. Si se devuelve un pago ya gastado de un amigo, se retira lo que recibiste por él.`,
    inviteTotals: ({ friends, earned }) => `Amigos: ${friends} · ganado ${earned}`,
    privacyReferral:
      "Si llegas por invitación, guardamos quién invitó a quién y las recompensas hasta que uno de los dos borre sus datos. De los datos borrados queda un hash con clave del id de Telegram, para que nadie cuente como nuevo dos veces.",
  },
};
