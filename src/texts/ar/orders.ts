import { ltr, own } from "../rtl.ts";
import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `نسخ ${own(what)}`,
    cancel: "إلغاء",
    another: "رمز آخر",
    buyAgain: "شراء مرة أخرى",
    sameAgain: "نفسه مرة أخرى",
    done: "تم",
    showLate: (price) => `عرض الرسالة · ${ltr(price)}`,
  },
  toasts: {
    cancelRequested: "جارٍ الإلغاء. إذا وصل رمز قبله، فالرمز هو المعتمد.",
    cancelQueued: "الوقت مبكر: ينتظر الإلغاء ثم يُرسل وحده.",
    finished: "تم. شكرًا لك!",
  },
  messages: {
    orderStates: {
      placing: "جارٍ طلب رقم",
      in_doubt: "جارٍ التحقق",
      waiting: "بانتظار الرمز",
      cancelling: "جارٍ الإلغاء",
      received: "وصل الرمز",
      waiting_again: "بانتظار رمز آخر",
      finished: "انتهى",
      cancelled: "أُلغي",
      expired: "لم يصل رمز",
      failed: "لا رقم",
    },
    placing: ({ price }) => `جارٍ طلب رقمك. ${ltr(price)} محجوزة في هذه الأثناء.`,
    endsAt: ({ time }) => `ينتهي ${own(time)}`,
    cancelOpens: ({ time }) => `يُفتح الإلغاء ${own(time)}. اضغط متى شئت؛ الضغط المبكر ينتظر حتى ذلك الحين.`,
    cancelQueued: ({ time }) => `يُرسل إلغاؤك ${own(time)}. إذا وصل رمز قبله، فالرمز هو المعتمد.`,
    cancelAsked: "جارٍ الإلغاء. إذا وصل رمز قبله، فالرمز هو المعتمد.",
    held: ({ price }) => `${ltr(price)} محجوزة، تُدفع فقط إذا وصل رمز`,
    charged: ({ price }) => `دُفع ${ltr(price)}`,
    released: ({ price }) => `أُعيد ${ltr(price)}، ولم يُدفع شيء`,
    smsPurged: `حُذفت الرسالة، كما في ${ltr("/privacy")}.`,
    codeEvent: ({ charged, available }) =>
      `${charged ? `دُفع ${ltr(charged)}` : "لم يُدفع شيء"} · الرصيد ${ltr(available)}`,
    expiredEvent: ({ amount, available }) => `لم يصل رمز. أُعيد ${ltr(amount)}، الرصيد ${ltr(available)}.`,
    cancelledEvent: ({ amount, available }) => `أُلغي الطلب. أُعيد ${ltr(amount)}، الرصيد ${ltr(available)}.`,
    failedEvent: ({ amount, available }) => `أُعيد ${ltr(amount)}، الرصيد ${ltr(available)}.`,
    cancelRefused: ({ product }) =>
      `لم يقبل المورّد إلغاء ${own(product)}. الطلب مستمر، ولا تدفع إلا إذا وصل رمز.`,
    inDoubt: ({ product }) =>
      `لم يؤكد المورّد ${own(product)} بعد. نتحقق من ذلك؛ يبقى مالك محجوزًا ولا يُدفع شيء مرتين.`,
    ordersTitle: ({ open }) => `<b>طلباتك</b>\n${open === 0 ? "لا شيء مفتوح." : `المفتوحة: ${open}`}`,
    noOrders: "لا طلبات لديك بعد. رقمك الأول على بُعد ثلاث ضغطات.",
    lateSms: ({ product, price, available }) =>
      `وصلت رسالة لـ ${own(product)} بعد انتهاء طلبك وإعادة ${ltr(price)}. لا تُعرض إلا إذا دفعت ${ltr(price)}، ولست ملزمًا بذلك. الرصيد ${ltr(available)}.`,
  },
};
