import { ltr, own } from "../rtl.ts";
import type { CatalogueTexts } from "../subjects/catalogue.ts";
import { example } from "./words.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "كل الخدمات",
    alphabetical: "أبجديًا",
    popular: "الأكثر طلبًا",
    repeat: (what) => `تكرار ${own(what)}`,
    sort: { best: "الترتيب: الأفضل", price: "الترتيب: السعر", name: "الترتيب: الاسم" },
    getNumber: (price) => `احصل على رقم · ${ltr(price)}`,
    acceptAndGet: "موافق، احصل على رقم",
    save: "☆ حفظ",
    saved: "★ محفوظ",
    otherCountries: "دول أخرى",
    tryCountry: (what) => `جرّب ${own(what)}`,
    getThis: (what) => `شراء ${own(what)}`,
  },
  toasts: {
    saved: `حُفظ. تجده في ${ltr("/buy")}.`,
    unsaved: "أُزيل من المفضلة.",
  },
  messages: {
    services: ({ available }) =>
      `<b>لأي خدمة تحتاج رمزًا؟</b>\nالرصيد ${ltr(available)}. يمكنك أيضًا أن تكتب: ${own(example)}`,
    servicesIn: ({ country }) => `<b>أي خدمة؟ الدولة: ${own(country)}</b>`,
    nothingOnSale: "لا شيء معروض للبيع الآن. عُد بعد قليل.",
    notFound: ({ query }) =>
      `لم أجد «${own(query)}». اكتب خدمة ودولة، مثل <b>${own(example)}</b>، أو تصفّح القائمة.`,
    countries: ({ service }) => `<b>${own(service)}: اختر دولة</b>`,
    percentNote: "% = الرموز التي وصلت هنا في آخر 7 أيام",
    staleNote: "قد تكون بعض الأسعار قديمة قليلًا. الخطوة التالية تعرض السعر الدقيق.",
    noCountries: ({ service }) => `نفدت أرقام ${own(service)} في كل الدول الآن. حاول بعد دقائق.`,
    heldOnly: ({ price }) => `يُحجز ${ltr(price)}، ولا تدفع إلا إذا وصل رمز.`,
    window: ({ minutes }) => `المدة ${minutes} د`,
    cancelAfter: ({ minutes }) => `الإلغاء بعد ${minutes} د`,
    cancelAnytime: "الإلغاء في أي وقت",
    noCancel: "لا يمكن إلغاؤه",
    secondCode: ({ another }) => `رمز ثانٍ: ${another ? "نعم" : "لا"}`,
    inStock: ({ count }) => `المتوفر: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `وصل الرمز في ${ltr(`${percent}%`)} من الطلبات`
        : `وصل الرمز في ${ltr(`${percent}%`)} من الطلبات، عادةً خلال ${seconds} ث`,
    yourBalance: ({ available }) => `الرصيد ${ltr(available)}`,
    acceptTerms: `بالمتابعة توافق على ${ltr("/terms")}`,
    short: ({ missing, product }) => `ينقصك ${ltr(missing)} لشراء ${own(product)}.`,
    alternatives: "هل يناسبك أحد هذه؟",
  },
};
