import { ltr, own } from "../rtl.ts";
import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `نسخ ${own(what)}`,
    cancel: "إلغاء",
    another: "رمز آخر",
    buyAgain: "شراء مرة أخرى",
    sameAgain: "الطلب نفسه مجددًا",
    done: "تم",
    openOrder: (what) => `فتح ${own(what)}`,
    showLate: (price) => `عرض الرسالة · ${ltr(price)}`,
  },
  toasts: {
    cancelRequested: "جارٍ الإلغاء. إذا وصل رمز قبل ذلك فسيُخصم ثمنه.",
    cancelQueued: "الوقت مبكر. سنلغي الطلب حالما يصبح ذلك ممكنًا.",
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
      failed: "لم يُحجز رقم",
    },
    placing: ({ price }) => `جارٍ طلب رقمك. ${ltr(price)} محجوز في هذه الأثناء.`,
    endsAt: ({ time }) => `ينتهي ${own(time)}`,
    cancelOpens: ({ time }) => `يمكنك الإلغاء ${own(time)}. اضغط الآن ونلغيه حينها.`,
    cancelQueued: ({ time }) => `سنلغي الطلب ${own(time)}. إذا وصل رمز قبل ذلك فسيُخصم ثمنه.`,
    cancelAsked: "جارٍ الإلغاء. إذا وصل رمز قبل ذلك فسيُخصم ثمنه.",
    held: ({ price }) => `${ltr(price)} محجوز، ويُخصم فقط إذا وصل رمز`,
    charged: ({ price }) => `خُصم ${ltr(price)}`,
    released: ({ price }) => `أُعيد ${ltr(price)}، ولم يُخصم شيء`,
    smsPurged: `حُذفت الرسالة، كما في ${ltr("/privacy")}.`,
    codeEvent: ({ charged, available }) =>
      `${charged ? `خُصم ${ltr(charged)}` : "لم يُخصم شيء"} · الرصيد ${ltr(available)}`,
    expiredEvent: ({ amount, available }) => `لم يصل رمز. أُعيد ${ltr(amount)}، الرصيد ${ltr(available)}.`,
    cancelledEvent: ({ amount, available }) => `أُلغي الطلب. أُعيد ${ltr(amount)}، الرصيد ${ltr(available)}.`,
    failedEvent: ({ amount, available }) => `أُعيد ${ltr(amount)}، الرصيد ${ltr(available)}.`,
    cancelRefused: ({ product }) =>
      `رفض المورّد إلغاء ${own(product)}. الطلب مستمر، ولا تدفع إلا إذا وصل رمز.`,
    inDoubt: ({ product }) => `لم يؤكد المورّد ${own(product)} بعد. نتحقق من ذلك؛ يبقى مالك محجوزًا حتى نعرف.`,
    ordersTitle: ({ open }) => `<b>طلباتك</b>\n${open === 0 ? "لا توجد طلبات مفتوحة." : `المفتوحة: ${open}`}`,
    noOrders: "لا توجد لديك طلبات بعد. رقمك الأول على بُعد ثلاث ضغطات.",
    lateSms: ({ product, price, available }) =>
      `وصلت رسالة لـ ${own(product)} بعد انتهاء طلبك وإعادة ${ltr(price)}. لا تُعرض إلا إذا دفعت ${ltr(price)}، ولست ملزمًا بذلك. الرصيد ${ltr(available)}.`,
  },
};
