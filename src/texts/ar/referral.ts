import { ltr } from "../rtl.ts";
import type { ReferralTexts } from "../subjects/referral.ts";

export const referral: ReferralTexts = {
  labels: {
    inviteFriend: "ادعُ صديقًا",
    shareLink: "شارك الرابط",
    copyLink: "انسخ الرابط",
  },
  messages: {
    invite: ({ share, orders, perFriend, perMonth }) =>
      `<b>ادعُ صديقًا</b>\nأرسل رابطك إلى شخص جديد هنا. تحصل على ${ltr(share)} مما يكسبه المتجر من طلباته الأولى التي يصلها رمز، بحد أقصى ${ltr(orders)}. الحدود: ${ltr(perFriend)} لكل صديق، و${ltr(perMonth)} خلال 30 يومًا. إذا استُردت دفعة أنفقها صديقك، يُسحب ما حصلت عليه عنه.`,
    inviteTotals: ({ friends, earned }) => `الأصدقاء: ${ltr(friends)} · المكتسب ${ltr(earned)}`,
    privacyReferral:
      "إذا جئت بدعوة، نحتفظ بمن دعا من وبالمكافآت إلى أن يحذف أحدكما بياناته. يبقى من البيانات المحذوفة بصمة بمفتاح لمعرّف تيليغرام، حتى لا يُعد أحد جديدًا مرتين.",
  },
};
