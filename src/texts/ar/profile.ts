import type { ProfileTexts } from "../subjects/profile.ts";

export const profile: ProfileTexts = {
  commands: {
    buy: "شراء رقم",
    orders: "طلباتك",
    balance: "الرصيد والحركات",
    topup: "شحن الرصيد",
    settings: "اللغة والخصوصية",
    help: "كيف يعمل",
  },
  description:
    "أرقام هاتف لرموز تُستخدم مرة واحدة. اختر خدمة ودولة، واحصل على رقم، ويصل الرمز في هذه المحادثة. لا تدفع إلا إذا وصل.",
  shortDescription: "أرقام هاتف لرموز تُستخدم مرة واحدة. لا تدفع إلا إذا وصل رمز.",
};
