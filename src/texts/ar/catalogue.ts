import { ltr, own } from "../rtl.ts";
import type { CatalogueTexts } from "../subjects/catalogue.ts";
import { example } from "./words.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "كل الخدمات",
    search: "بحث",
    alphabetical: "أبجديًا",
    popular: "الأكثر طلبًا",
    repeat: (what) => `تكرار ${own(what)}`,
    sort: { best: "الترتيب: الأفضل", price: "الترتيب: السعر", name: "الترتيب: الاسم" },
    getNumber: (price) => `احصل على رقم · ${ltr(price)}`,
    acceptAndGet: (price) => `موافق · شراء · ${ltr(price)}`,
    save: "☆ حفظ",
    saved: "★ محفوظ",
    otherCountries: "دول أخرى",
    tryCountry: (what) => `جرّب ${own(what)}`,
    getThis: (what) => `شراء ${own(what)}`,
    seconds: (count) => `${count} ث`,
  },
  toasts: {
    saved: `حُفظ. تجده في ${ltr("/buy")}.`,
    unsaved: "أُزيل من المفضلة.",
  },
  messages: {
    services: ({ available }) =>
      `<b>لأي خدمة تحتاج رمزًا؟</b>\nالرصيد ${ltr(available)}. يمكنك أيضًا أن تكتب: ${own(example)}`,
    whichOne: "<b>أيّها تريد؟</b>",
    servicesIn: ({ country }) => `<b>أي خدمة؟ الدولة: ${own(country)}</b>`,
    nothingOnSale: "لا توجد أرقام متاحة الآن. عُد بعد قليل.",
    notFound: ({ query }) =>
      `لم أجد «${own(query)}». اكتب خدمة ودولة، مثل <b>${own(example)}</b>، أو تصفّح القائمة.`,
    countries: ({ service }) => `<b>${own(service)}: اختر دولة</b>`,
    percentNote: `${ltr("%")} نسبة الطلبات التي وصلها رمز خلال 7 أيام`,
    staleNote: "قد تكون بعض الأسعار قديمة قليلًا. الخطوة التالية تعرض السعر الدقيق.",
    unanswered: ({ count }) =>
      count === 1
        ? "لم يجب أحد المزوّدين بعد؛ تكتمل القائمة عندما يجيب."
        : `مزوّدون لم يجيبوا بعد: ${count}. تكتمل القائمة عندما يجيبون.`,
    readingPrices: ({ service }) => `<b>${own(service)}</b>\nجارٍ قراءة الأسعار. تظهر القائمة هنا بعد لحظات.`,
    readingServices: "جارٍ قراءة الخدمات. تظهر هنا بعد لحظات.",
    noCountries: ({ service }) => `نفدت أرقام ${own(service)} في كل الدول الآن. حاول بعد دقائق.`,
    heldOnly: ({ price }) => `يُحجز ${ltr(price)}، ولا تدفع إلا إذا وصل رمز.`,
    window: ({ minutes }) => `مدة الرقم ${minutes} د`,
    cancelAfter: ({ minutes }) => `الإلغاء بعد ${minutes} د`,
    cancelAnytime: "الإلغاء في أي وقت",
    noCancel: "لا يمكن إلغاؤه",
    secondCode: ({ another }) => (another ? "رموز إضافية: مجانًا" : "رمز واحد فقط"),
    inStock: ({ count }) => `المتوفر: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `وصل الرمز في ${ltr(`${percent}%`)} من الطلبات`
        : `وصل الرمز في ${ltr(`${percent}%`)} من الطلبات، عادةً خلال ${seconds}\u00a0ث`,
    yourBalance: ({ available }) => `الرصيد ${ltr(available)}`,
    acceptTerms: `بالمتابعة توافق على ${ltr("/terms")}`,
    payFirst: ({ missing }) =>
      `ينقصك ${ltr(missing)}. بعد الدفع يصلك الرقم تلقائيًا، خلال ساعة وبما لا يتجاوز هذا السعر.`,
    buyInPrivate: ({ product }) => `${own(product)}: احصل على رقم في المحادثة الخاصة مع المتجر.`,
    alternatives: "هل يناسبك أحد هذه؟",
  },
};
