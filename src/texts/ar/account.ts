import { ltr, own } from "../rtl.ts";
import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "صوت الإشعارات: مفعّل" : "صوت الإشعارات: معطّل"),
    quickBuy: (isOn) => (isOn ? "الشراء بلمسة: مفعّل" : "الشراء بلمسة: معطّل"),
    news: (isOn) => (isOn ? "أخبار المتجر: مفعّلة" : "أخبار المتجر: معطّلة"),
    noNews: "🔕 لا أريد الأخبار",
    deleteMyData: "حذف بياناتي",
    yesDelete: "نعم، احذف بياناتي",
    keepMyData: "احتفظ ببياناتي",
    sendToShop: "أرسل إلى المتجر",
    searchThis: "ابحث عن هذا",
  },
  messages: {
    settings: "<b>الإعدادات</b>\nاختر لغة:",
    settingsSound: "الرموز والمدفوعات تصل دائمًا بصوت.",
    settingsQuickBuy: "الشراء بلمسة واحدة: المس ما اشتريته من قبل لشرائه فورًا، بما لا يتجاوز سعره السابق.",
    settingsNews: "أخبار المتجر: رسائل المتجر إلى جميع عملائه. الرموز والمدفوعات والردود تصلك دائمًا.",
    forgetAsk: ({ available }) =>
      `يحذف هذا من المتجر معرّفك في ${ltr("Telegram")} وإعداداتك ومفضلتك ورسائلك. لن يمكن استخدام رصيدك ${ltr(available)} بعدها. هل تتابع؟`,
    forgetSure: "لا يمكن التراجع عن هذا. هل أنت متأكد؟",
    forgotten: `حُذفت بياناتك. أرسل ${ltr("/start")} للبدء من جديد.`,
    forgetOpenOrders: "لديك طلبات مفتوحة. انتظر حتى تنتهي أو ألغِها، ثم حاول مرة أخرى.",
    kept: "لم يُحذف شيء.",
    paysupport: ({ contact }) =>
      `لديك سؤال أو مشكلة في دفعة؟ اشرح في رسالتك التالية: ماذا اشتريت أو دفعت، ومتى، وما الخطأ. سيجيبك فريقنا.${contact ? `\nيمكنك أيضًا مراسلة ${own(contact)}.` : ""}`,
    disputeAsk: "<b>هل نرسل هذا إلى المتجر؟</b>",
    disputeNeedsText: "أضف بضع كلمات من فضلك: ما المشكلة؟ يمكنك كتابتها تحت الصورة.",
    disputeThanks: "شكرًا، وصلت رسالتك إلى المتجر. سيصلك الرد هنا.",
  },
};
