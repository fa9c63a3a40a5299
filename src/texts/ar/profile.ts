import type { ProfileTexts } from "../subjects/profile.ts";

export const profile: ProfileTexts = {
  commands: {
    buy: "شراء رقم",
    orders: "طلباتك",
    balance: "الرصيد والعمليات",
    topup: "شحن الرصيد",
    promo: "رمز عرض أو قسيمة",
    help: "كيف يعمل",
  },
  botName: "أرقام لاستقبال الرموز",
  description:
    "أرقام هاتف لرموز تُستخدم مرة واحدة. اختر خدمة ودولة، واحصل على رقم، ويصل الرمز في هذه المحادثة. لا تدفع إلا إذا وصل.",
  shortDescription: "أرقام هاتف لرموز تُستخدم مرة واحدة. لا تدفع إلا إذا وصل رمز.",
};
