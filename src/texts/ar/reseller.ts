import { ltr, own } from "../rtl.ts";
import type { ResellerTexts } from "../subjects/reseller.ts";

export const reseller: ResellerTexts = {
  labels: {
    apiAccept: "أوافق وأتابع",
    apiNewKey: "مفتاح جديد",
    apiKeyDone: "تم، احذفه",
    apiBack: "كل المفاتيح",
    apiStyle: (style) =>
      `بعد طلب رسالة أخرى: ${{ wait: "WAIT_CODE", retry: "WAIT_RETRY", resend: "WAIT_RESEND" }[style]}`,
    apiScope: (to) => (to === "read" ? "قراءة فقط" : "السماح بالشراء"),
    apiRotate: "استبدال المفتاح",
    apiHookTest: "مكالمة تجريبية",
    apiRevoke: "إلغاء المفتاح",
    apiRevokeSure: "نعم، ألغِه",
  },
  messages: {
    apiIntro:
      "<b>واجهة API للموزعين</b>\nتشتري أداتك الأرقام من هنا بمفتاح: الرصيد نفسه والأسعار نفسها. ضع عنوان المتجر والمفتاح حيث تطلب الأداة الخادم ومفتاح API.",
    apiTerms: `<b>شروط API</b>\nما تشتريه أداتك فقد اشتريته أنت. أنت مسؤول عن عملائك وعما يفعلونه بالأرقام، والخدمات التي لا تباع هنا ممنوعة عليهم أيضًا. الرقم الذي لا يصله رمز لا يكلف شيئًا. إذا وصلت رموز قليلة جدًا تُغلق الواجهة ساعة. بالموافقة توافق أيضًا على ${ltr("/terms")}.`,
    apiKeys: ({ count, max }) => `المفاتيح: ${ltr(count)} من ${ltr(max)}`,
    apiShownOnce: "هذا مفتاحك. يظهر الآن فقط ويُحذف بعد دقيقة: انسخه إلى أداتك. من يملكه يستطيع إنفاق رصيدك.",
    apiTooMany: "لديك خمسة مفاتيح. ألغِ واحدًا أولًا.",
    apiRevoked: "أُلغي. لن يشتري شيئًا بعد الآن.",
    apiDigest: ({ day, sold, codes, spent }) =>
      `<b>API، ${ltr(day)} (UTC)</b>\nالأرقام: ${sold}\nالرموز المستلَمة: ${codes}\nالمبلغ المنفَق: ${ltr(spent)}`,
    apiNotUnderstood: "لم أفهم ذلك. اكتبه كما هو مبين في بطاقة المفتاح.",
    apiKey: (view) =>
      [
        `يمكنه: ${view.scope === "buy" ? "القراءة والشراء" : "القراءة فقط"}`,
        `أعلى سعر: ${view.maxPrice == null ? "غير محدد" : ltr(view.maxPrice)}`,
        `الحد اليومي: ${view.dailyCap == null ? "غير محدد" : ltr(view.dailyCap)}`,
        `الحد الأقصى للطلبات المفتوحة: ${view.maxOpen == null ? "غير محدد" : ltr(view.maxOpen)}`,
        `العناوين: ${view.addresses == null ? "الكل" : ltr(view.addresses)}`,
        `آخر استخدام: ${view.lastUse == null ? "لم يُستخدم" : ltr(view.lastUse)}`,
        ...(view.endsAt ? [`يعمل حتى: ${ltr(view.endsAt)}`] : []),
      ].join("\n"),
    apiHowToChange: ({ keyId }) =>
      `لتغيير حد اكتب أحد هذه الأسطر (- يزيله):\n${ltr(`<code>/api ${keyId} price 0.50</code>`)}\n${ltr(`<code>/api ${keyId} day 20</code>`)}\n${ltr(`<code>/api ${keyId} open 10</code>`)}\n${ltr(`<code>/api ${keyId} addresses 203.0.113.7 10.0.0.0/8</code>`)}\n${ltr(`<code>/api ${keyId} name My shop</code>`)}`,
    apiAskRevoke: "إلغاء هذا المفتاح؟ تتوقف الأدوات التي تستخدمه فورًا.",
    apiHook: ({ url, isOff, last }) =>
      [
        `الويب هوك: ${ltr(url)}`,
        ...(isOff ? ["متوقف بعد يوم من الإخفاق؛ عيّن العنوان من جديد لتشغيله"] : []),
        ...(last ? [`آخر استدعاء: ${ltr(last)}`] : []),
      ].join("\n"),
    apiHookSecret: "هذا سر الويب هوك الخاص بك: تُوقَّع الاستدعاءات به. يظهر الآن فقط ويُحذف بعد دقيقة.",
    apiHookRefused: `لا يمكن استدعاء هذا العنوان. يجب أن يبدأ بـ ${ltr("https://")} دون اسم وكلمة مرور، وأن يكون لخادم عام.`,
    apiHookSent: "الاستدعاء التجريبي في الطريق. افتح المفتاح من جديد بعد ثوانٍ لترى النتيجة.",
    apiHookOff: ({ name }) =>
      `لم يقبل الويب هوك لمفتاح API <b>${own(name)}</b> أي استدعاء ليوم كامل فأُوقف. لم يضع شيء: يمكن الاستعلام عن الطلبات والرموز. عيّن العنوان من جديد في ${ltr("/api")} عندما يعمل خادمك.`,
    apiNewNetwork: ({ name, network }) =>
      `استُخدم مفتاح API <b>${own(name)}</b> الآن من شبكة لم يُستخدم منها من قبل: ${ltr(network)}. إن لم تكن أنت، فألغه في ${ltr("/api")}.`,
  },
};
