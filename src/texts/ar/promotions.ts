import { ltr, own } from "../rtl.ts";
import type { PromotionsTexts } from "../subjects/promotions.ts";

export const promotions: PromotionsTexts = {
  messages: {
    askCode: "أرسل رمز العرض أو القسيمة.",
    codeRefused: {
      unknown: "لا يوجد رمز كهذا. تحقق من كل حرف.",
      used_up: "استُهلك هذا الرمز بالكامل.",
      expired: "لم يعد هذا الرمز صالحًا.",
      already_yours: "سبق أن استخدمت هذا الرمز. يعمل مرة واحدة لكل شخص.",
      not_for_you: "هذا الرمز ليس لك. بعض الرموز للمشترين الجدد فقط.",
      too_many_tries: "رموز خاطئة كثيرة. حاول مرة أخرى بعد ساعة.",
    },
    voucherAdded: ({ amount, available }) => `أضافت قسيمتك ${ltr(amount)}. الرصيد ${ltr(available)}.`,
    bonusWaits: ({ amount, min }) =>
      `قُبل الرمز: شحنك القادم${min ? ` بمبلغ ${ltr(min)} على الأقل` : ""} يضيف لك ${ltr(amount)} زيادة. للشحن ${ltr("/topup")}.`,
    bonusAdded: ({ amount, available }) => `أضاف رمز العرض ${ltr(amount)}. الرصيد ${ltr(available)}.`,
    bonusTaken: ({ amount, available }) =>
      `استُردت دفعتك، لذلك سُحبت المكافأة التي جاءت معها: ${ltr(amount)}. الرصيد ${ltr(available)}.`,
    discountReady: ({ percent, count, product }) =>
      `قُبل الرمز: خصم ${ltr(`${percent}%`)} على مشترياتك القادمة، عددها ${ltr(count)}${product ? `، من ${own(product)}` : ""}. يظهر ذلك في السعر قبل الشراء.`,
    codeUntil: ({ time }) => `صالح حتى ${own(time)}.`,
    insteadOf: ({ price }) => `برمز العرض، بدلًا من ${ltr(price)}.`,
  },
};
