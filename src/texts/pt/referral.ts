import type { ReferralTexts } from "../subjects/referral.ts";

export const referral: ReferralTexts = {
  labels: {
    inviteFriend: "Convidar amigos",
    shareLink: "Compartilhar o link",
    copyLink: "Copiar o link",
  },
  messages: {
    invite: ({ share, orders, perFriend, perMonth }) =>
      `<b>Convidar amigos</b>\nEnvie seu link a alguém novo aqui. Você recebe ${share} do lucro da loja com os primeiros pedidos dessa pessoa que trazem um código, no máximo ${orders}. Limites: ${perFriend} por amigo, ${perMonth} em 30 dias. Se um pagamento já gasto do amigo for devolvido, o que você recebeu por ele é retirado.`,
    inviteTotals: ({ friends, earned }) => `Amigos: ${friends} · recebido ${earned}`,
    privacyReferral:
      "Se você vier por convite, guardamos quem convidou quem e as recompensas até que um dos dois apague seus dados. Dos dados apagados fica um hash com chave do id do Telegram, para que ninguém conte como novo duas vezes.",
  },
};
