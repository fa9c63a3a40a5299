import { ltr } from "../rtl.ts";
import type { ErrorTexts } from "../texts.ts";

export const errors: ErrorTexts = {
  insufficient_funds: `رصيدك لا يكفي. اشحنه عبر ${ltr("/topup")} ثم حاول مرة أخرى.`,
  quote_expired: "انتهت صلاحية هذا السعر. إليك السعر الجديد.",
  quote_used: "استُخدم هذا السعر من قبل. إليك سعرًا جديدًا.",
  price_moved: "تغيّر السعر للتو. انظر إلى السعر الجديد.",
  out_of_stock: "نفدت الأرقام للتو. جرّب دولة أخرى.",
  providers_unavailable: "المورّد بطيء الآن، ولم يُخصم شيء. حاول مرة أخرى أو اختر دولة أخرى.",
  prices_not_read: "جارٍ قراءة الأسعار. حاول مجددًا بعد لحظات.",
  terms_not_accepted: "وافق أولًا على الشروط بالزر أدناه.",
  service_blocked: `هذه الخدمة لا تُباع هنا. اختر غيرها عبر ${ltr("/buy")}.`,
  too_many_open_orders: `طلباتك المفتوحة كثيرة. أنهِ أو ألغِ أحدها في ${ltr("/orders")}.`,
  too_many_purchases: "طلبات كثيرة خلال ساعة. حاول بعد قليل.",
  too_many_cancels: "إلغاءات كثيرة خلال ساعة. انتظر انتهاء هذا الطلب: بلا رمز لا تدفع شيئًا.",
  new_buyer_limit: "بلغت حدّ اليوم الأول. حاول غدًا.",
  order_not_found: `لم أجد هذا الطلب. طلباتك في ${ltr("/orders")}.`,
  order_not_active: `تغيّرت حالة هذا الطلب: ${ltr("/orders")}`,
  cancel_not_supported: "لا يمكن إلغاء هذا الرقم. إن لم يصل رمز يعود مالك في النهاية.",
  another_not_supported: "لا يمكن لهذا الرقم استقبال رمز آخر. استخدم «شراء مرة أخرى» لرقم جديد.",
  topup_not_found: `لم أجد هذه الدفعة. ابدأ من جديد عبر ${ltr("/topup")}.`,
  topup_expired: `انتهت صلاحية رابط الدفع هذا ولم يُخصم شيء. ابدأ من جديد عبر ${ltr("/topup")}.`,
  topup_amount_invalid: `هذا المبلغ غير ممكن. اختر غيره في ${ltr("/topup")}.`,
  gateway_off: `طريقة الدفع هذه غير متاحة. اختر غيرها في ${ltr("/topup")}.`,
  gateway_unavailable: `خدمة الدفع لا تستجيب. حاول بعد دقيقة أو اختر طريقة أخرى في ${ltr("/topup")}.`,
  buyer_banned: `دخولك إلى المتجر مغلق. إن كان ذلك خطأ فاستخدم ${ltr("/paysupport")}.`,
  internal: `حدث خطأ. راجع ${ltr("/orders")} قبل المحاولة مرة أخرى.`,
};
