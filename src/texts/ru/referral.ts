import type { ReferralTexts } from "../subjects/referral.ts";

export const referral: ReferralTexts = {
  labels: {
    inviteFriend: "Позвать друга",
    shareLink: "Поделиться ссылкой",
    copyLink: "Скопировать ссылку",
  },
  messages: {
    invite: ({ share, orders, perFriend, perMonth }) =>
      `<b>Позвать друга</b>\nОтправьте ссылку тому, кого здесь ещё не было. Вы получите ${share} прибыли магазина с его первых заказов, на которые пришёл код (не больше ${orders}). Пределы: ${perFriend} за друга, ${perMonth} за 30 дней. Если платёж друга, уже потраченный, вернут, полученное за него спишется.`,
    inviteTotals: ({ friends, earned }) => `Друзей: ${friends} · получено ${earned}`,
    privacyReferral:
      "Если вы пришли по приглашению, мы храним, кто кого пригласил и какие были награды, пока один из вас не удалит данные. После удаления остаётся хеш Telegram id с ключом, чтобы никто не считался новым дважды.",
  },
};
