import { ltr, own, rlm } from "../rtl.ts";
import type { MoneyTexts } from "../subjects/money.ts";

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (count) => `ادفع ${ltr(`⭐${count}`)} واشترِ`,
    payAndBuy: (amount) => `ادفع ${ltr(amount)} واشترِ`,
    otherWays: "طرق أخرى",
    stars: (count, value) => `${rlm}${ltr(`⭐${count}`)} · ${ltr(value)}`,
    otherAmount: "مبلغ آخر",
    cryptoPay: "عملات رقمية",
    manual: "تحويل إلى المتجر",
    payNow: (amount) => `ادفع ${ltr(amount)}`,
  },
  messages: {
    balance: ({ available, held }) => `<b>الرصيد</b>\nالمتاح ${ltr(available)}\nالمحجوز للطلبات ${ltr(held)}`,
    movements: "آخر العمليات:",
    noMovements: "لا توجد عمليات بعد.",
    movementKinds: {
      topup: "شحن رصيد",
      topup_refund: "دفعة مُستردة",
      debt_settled: "سداد دين",
      late_charge: "رمز وصل متأخرًا",
      adjustment: "تصحيح",
      referral: "مكافأة عن صديق",
      referral_back: "مكافأة مسحوبة",
      bonus: "مكافأة",
      other: "عملية",
    },
    topup: ({ available }) => `<b>شحن الرصيد</b>\nالرصيد ${ltr(available)}. كم تريد أن تضيف؟`,
    topupFor: ({ available, product }) =>
      `<b>شحن الرصيد لشراء ${own(product)}</b>\nالرصيد ${ltr(available)}. الزر الأول يغطي ما ينقصك.`,
    askStars: ({ min, max }) => `كم ⭐؟ أرسل عددًا من ${min} إلى ${max}، أو مبلغًا مثل ${ltr("$5")}.`,
    askUsd: ({ min, max }) => `كم دولارًا؟ أرسل عددًا من ${ltr(min)} إلى ${ltr(max)}، مثل ${ltr("7.50")}.`,
    amountNotUnderstood: "هذا المبلغ غير مقبول. أرسل مبلغًا آخر أو اضغط رجوع.",
    cryptoInvoice: ({ amount }) => `رابط الدفع بمبلغ ${ltr(amount)} جاهز. سأراسلك فور الدفع.`,
    manualInstructions: ({ amount, contact }) =>
      `حوّل ${ltr(amount)} إلى المتجر${contact ? ` كما اتفقت مع ${own(contact)}` : ""}. ثم أرسل هنا صورة الإيصال أو رسالة برقم العملية.`,
    manualThanks: "شكرًا. سيراجعها فريقنا وتصلك النتيجة هنا.",
    manualNeedsProof: "أرسل صورة الإيصال أو رسالة قصيرة برقم العملية.",
    credited: ({ amount, available }) => `أُضيف ${ltr(amount)}. الرصيد ${ltr(available)}.`,
    gettingNumber: ({ product }) => `جارٍ شراء ${own(product)}…`,
    stillTrying: ({ product }) =>
      `${own(product)}: لا يجيب أي مورّد الآن. سأواصل المحاولة دقيقتين، ثم القرار لك. أموالك تبقى لك.`,
    fromShop: ({ text }) => `<b>رسالة من المتجر:</b>\n${own(text)}\nللرد استخدم ${ltr("/paysupport")}.`,
    topupRejected: `لم يجد المتجر تحويلك، فلم يُضف شيء. إن كان ذلك خطأ فاستخدم ${ltr("/paysupport")}.`,
    topupRefunded: ({ stars, amount, available }) =>
      `رُدّت دفعتك (${ltr(`⭐${stars}`)}). خُصم ${ltr(amount)} من رصيدك، وهو الآن ${ltr(available)}.`,
    debt: ({ debt }) =>
      `عليك للمتجر ${ltr(debt)}: أعاد إليك ${ltr("Telegram")} ⭐ كنت قد أنفقتها. أي مبلغ يصل يسدد هذا أولًا. يمكنك الشراء بعد سداده؛ اشحن الرصيد عبر ${ltr("/topup")}.`,
    debtSettled: ({ amount, debt, available }) =>
      `ذهب ${ltr(amount)} لسداد ما عليك للمتجر. ${debt === null ? "لم يعد عليك شيء" : `المتبقي ${ltr(debt)}`}. الرصيد ${ltr(available)}.`,
    adjusted: ({ amount, available, reason }) =>
      `غيّر المتجر رصيدك بمقدار ${ltr(amount)}: ${own(reason)}. الرصيد ${ltr(available)}.`,
  },
  invoice: {
    title: "شحن الرصيد",
    description: (amount) => `يضيف ${ltr(amount)} إلى رصيدك في هذا المتجر.`,
  },
};
