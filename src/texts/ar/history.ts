import { ltr, own } from "../rtl.ts";
import type { HistoryTexts } from "../subjects/history.ts";

export const history: HistoryTexts = {
  labels: {
    onlyOpen: (count) => `المفتوحة: ${ltr(count)}`,
    allOrders: "كل الطلبات",
    asFile: `كملف ${ltr("CSV")}`,
  },
  toasts: {
    oneFileAMinute: "ملف واحد كل دقيقة من فضلك.",
  },
  messages: {
    orderSigns: "⏳ مفتوح · ✅ خُصم · ▫️ لم يُخصم شيء",
    orderedAt: ({ time }) => `وقت الطلب ${own(time)}`,
    endedAt: ({ time }) => `وقت الانتهاء ${own(time)}`,
    orderMovements: {
      hold: "محجوز",
      capture: "خُصم",
      release: "أُعيد",
      late_charge: "خُصم لرمز متأخر",
    },
    stillHeld: ({ price }) => `${ltr(price)} محجوز`,
    fileReady: `ملفك. المبالغ بالدولار الأمريكي والأوقات بتوقيت ${ltr("UTC")}.`,
    fileBounded: ({ count }) => `في الملف أحدث الصفوف فقط: ${ltr(count)}.`,
  },
};
