import { ltr, own } from "../rtl.ts";
import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "صوت لكل جديد: نعم" : "صوت لكل جديد: لا"),
    deleteMyData: "حذف بياناتي",
    yesDelete: "نعم، احذف بياناتي",
    keepMyData: "احتفظ ببياناتي",
  },
  messages: {
    settings: "<b>الإعدادات</b>\nاختر لغة:",
    settingsSound: "الرموز والمدفوعات تصل دائمًا بصوت.",
    forgetAsk: ({ available }) =>
      `يحذف هذا من المتجر معرّفك في Telegram وإعداداتك ومفضلتك ورسائلك. لن يمكن استخدام رصيدك ${ltr(available)} بعدها. هل تتابع؟`,
    forgetSure: "لا يمكن التراجع عن هذا. هل أنت متأكد؟",
    forgotten: `حُذفت بياناتك. شكرًا لزيارتك. ${ltr("/start")} للبدء من جديد.`,
    forgetOpenOrders: "لديك طلبات مفتوحة. انتظر حتى تنتهي أو ألغِها، ثم حاول مرة أخرى.",
    kept: "لم يُحذف شيء.",
    paysupport: ({ contact }) =>
      `مشكلة في دفعة؟ اشرحها في رسالتك التالية: ماذا دفعت، ومتى، وما الخطأ. سيجيبك شخص.${contact ? `\nيمكنك أيضًا مراسلة ${own(contact)}.` : ""}`,
    disputeThanks: "شكرًا، وصلت رسالتك إلى المتجر. سيصلك الرد هنا.",
  },
};
