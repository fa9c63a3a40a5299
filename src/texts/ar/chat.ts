import { ltr, own } from "../rtl.ts";
import type { ChatTexts } from "../subjects/chat.ts";
import { example } from "./words.ts";

export const chat: ChatTexts = {
  labels: {
    buy: "شراء رقم",
    orders: "الطلبات",
    balance: "الرصيد",
    topup: "شحن الرصيد",
    help: "مساعدة",
    settings: "الإعدادات",
    home: "الرئيسية",
    back: "رجوع",
    previous: "السابق",
    next: "التالي",
    notNow: "ليس الآن",
    tryAgain: "حاول مرة أخرى",
    openPrivateChat: "افتح محادثة خاصة",
    support: "الدعم",
  },
  toasts: {
    stale: "انتهت صلاحية هذا الزر. إليك القائمة الحالية.",
    writePrivately: "راسلني في محادثة خاصة من فضلك.",
    newsOff: `لن تصلك أخبار المتجر بعد الآن. الرموز والمدفوعات تصلك كما كانت. لتفعيل الأخبار من جديد: ${ltr("/settings")}`,
  },
  messages: {
    welcome: "أهلًا! اختر خدمة ودولة، واحصل على رقم، ويصلك الرمز هنا مباشرة. لا تدفع إلا إذا وصل رمز.",
    home: ({ available, openOrders }) =>
      `الرصيد ${ltr(available)}\n${openOrders === 0 ? "لا توجد طلبات مفتوحة." : `الطلبات المفتوحة: ${openOrders}`}`,
    help: [
      "<b>كيف يعمل</b>",
      `1. أرسل ${ltr("/buy")} أو اكتب خدمة ودولة: ${own(example)}`,
      "2. اضغط «احصل على رقم» وأدخل الرقم في التطبيق.",
      "3. يصل الرمز هنا. عندها فقط تدفع.",
      "",
      "لا رمز؟ يعود المال وحده في نهاية المدة، أو فورًا إذا ألغيت.",
      "",
      `${ltr("/orders")} أرقامك · ${ltr("/balance")} مالك · ${ltr("/topup")} شحن · ${ltr("/promo")} رمز عرض · ${ltr("/settings")} اللغة`,
      `${ltr("/paysupport")} الدعم · ${ltr("/terms")} · ${ltr("/privacy")}`,
    ].join("\n"),
    page: ({ page, pageCount }) => `الصفحة ${page} من ${pageCount}`,
    group: "أبيع في محادثة خاصة فقط، كي لا يرى غيرك أرقامك ورموزك. راسلني على الخاص.",
    unknown: `لم أفهم. اكتب خدمة ودولة، مثل <b>${own(example)}</b>، أو استخدم زرًا.`,
    onlyText: `أقرأ النص فقط. اكتب خدمة ودولة، مثل <b>${own(example)}</b>، أو استخدم زرًا.`,
    slowDown: "هذا أسرع مما أستطيع الرد عليه، فتركت بعضه. تمهّل قليلًا من فضلك.",
    somethingWrong: `حدث خطأ. راجع ${ltr("/orders")} قبل المحاولة مرة أخرى.`,
  },
};
