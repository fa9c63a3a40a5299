import { counted } from "../plural.ts";
import { ltr, own } from "../rtl.ts";
import type { MoneyTexts } from "../subjects/money.ts";

const stars = (count: number): string => counted("ar", count, { few: "نجوم", other: "نجمة" });

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (count) => `ادفع ${stars(count)} واشترِ`,
    otherWays: "طرق أخرى",
    stars: (count, value) => `${stars(count)} · ${ltr(value)}`,
    otherAmount: "مبلغ آخر",
    cryptoPay: "عملات رقمية",
    manual: "تحويل إلى المتجر",
    payNow: (amount) => `ادفع ${ltr(amount)}`,
  },
  messages: {
    balance: ({ available, held }) => `<b>الرصيد</b>\nالمتاح ${ltr(available)}\nالمحجوز للطلبات ${ltr(held)}`,
    movements: "آخر الحركات:",
    noMovements: "لا حركات بعد.",
    movementKinds: {
      topup: "شحن رصيد",
      topup_refund: "دفعة مُستردة",
      hold: "محجوز لطلب",
      release: "أُعيد، بلا رمز",
      debt_settled: "سداد دين",
      late_charge: "رمز وصل متأخرًا",
      adjustment: "تصحيح",
      other: "حركة",
    },
    topup: ({ available }) => `<b>شحن الرصيد</b>\nالرصيد ${ltr(available)}. كم تريد أن تضيف؟`,
    topupFor: ({ available, product }) =>
      `<b>شحن الرصيد لشراء ${own(product)}</b>\nالرصيد ${ltr(available)}. الزر الأول يكفي تمامًا.`,
    askStars: ({ min, max }) => `كم نجمة؟ أرسل عددًا من ${min} إلى ${max}، أو مبلغًا مثل ${ltr("$5")}.`,
    askUsd: ({ min, max }) => `كم دولارًا؟ أرسل عددًا من ${ltr(min)} إلى ${ltr(max)}، مثل ${ltr("7.50")}.`,
    amountNotUnderstood: "هذا المبلغ غير مقبول. أرسل مبلغًا آخر أو اضغط رجوع.",
    cryptoInvoice: ({ amount }) => `فاتورتك بمبلغ ${ltr(amount)} جاهزة. سأكتب لك فور دفعها.`,
    manualInstructions: ({ amount, contact }) =>
      `حوّل ${ltr(amount)} إلى المتجر${contact ? ` كما اتفقت مع ${own(contact)}` : ""}. ثم أرسل هنا صورة الإيصال أو ملاحظة برقم العملية.`,
    manualThanks: "شكرًا. سيراجعها شخص وتصلك النتيجة هنا.",
    manualNeedsProof: "أرسل صورة الإيصال أو ملاحظة قصيرة برقم العملية.",
    credited: ({ amount, available }) => `أُضيف ${ltr(amount)}. الرصيد ${ltr(available)}.`,
    topupRejected: `لم يجد المتجر تحويلك، فلم يُضف شيء. إن كان ذلك خطأ فاستخدم ${ltr("/paysupport")}.`,
    topupRefunded: ({ stars: count, amount, available }) =>
      `رُدّت دفعتك (${stars(count)}). خُصم ${ltr(amount)} من رصيدك، وهو الآن ${ltr(available)}.`,
    debt: ({ debt }) =>
      `عليك للمتجر ${ltr(debt)}: أعاد إليك Telegram نجومًا كنت قد أنفقتها. أي مبلغ يصل يسدد هذا أولًا. يمكنك الشراء بعد سداده؛ اشحن الرصيد عبر ${ltr("/topup")}.`,
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
