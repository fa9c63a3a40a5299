import type { Html } from "./html.ts";
import { ltr, own } from "./rtl.ts";
import type { TextLanguage } from "./texts.ts";

/** What a buyer reads of an SMS that came after their money was released, and that is kept back until they pay for it. */
export interface LateSmsTexts {
  /** The button that pays: plain text. */
  readonly show: (price: string) => string;
  readonly message: (view: { product: Html; price: Html; available: Html }) => string;
  /** What /balance calls the payment. */
  readonly movement: string;
}

/** In every language of the shop. */
export const lateSmsTexts: Readonly<Record<TextLanguage, LateSmsTexts>> = {
  en: {
    show: (price) => `Show it · ${price}`,
    message: ({ product, price, available }) =>
      `An SMS for ${product} came after your order had ended and ${price} had been released. It is shown only if you pay for it: ${price}. You need not. Balance ${available}.`,
    movement: "A code that came late",
  },
  ru: {
    show: (price) => `Показать · ${price}`,
    message: ({ product, price, available }) =>
      `SMS для ${product} пришло, когда заказ уже закончился и ${price} вернулись на баланс. Мы покажем его, только если вы заплатите ${price}. Это необязательно. Баланс ${available}.`,
    movement: "Код, пришедший поздно",
  },
  es: {
    show: (price) => `Mostrarlo · ${price}`,
    message: ({ product, price, available }) =>
      `Llegó un SMS para ${product} cuando tu pedido ya había terminado y se habían liberado ${price}. Solo se muestra si pagas ${price}. No es obligatorio. Saldo ${available}.`,
    movement: "Código que llegó tarde",
  },
  pt: {
    show: (price) => `Mostrar · ${price}`,
    message: ({ product, price, available }) =>
      `Um SMS para ${product} chegou depois que o pedido terminou e ${price} foram liberados. Ele só é mostrado se você pagar ${price}. Não é obrigatório. Saldo ${available}.`,
    movement: "Código que chegou tarde",
  },
  id: {
    show: (price) => `Tampilkan · ${price}`,
    message: ({ product, price, available }) =>
      `SMS untuk ${product} tiba setelah pesanan berakhir dan ${price} dikembalikan. Isinya hanya ditampilkan kalau Anda membayar ${price}. Tidak wajib. Saldo ${available}.`,
    movement: "Kode yang datang terlambat",
  },
  ar: {
    show: (price) => `عرض الرسالة · ${ltr(price)}`,
    message: ({ product, price, available }) =>
      `وصلت رسالة لـ ${own(product)} بعد انتهاء طلبك وإعادة ${ltr(price)}. لا تُعرض إلا إذا دفعت ${ltr(price)}، ولست ملزمًا بذلك. الرصيد ${ltr(available)}.`,
    movement: "رمز وصل متأخرًا",
  },
};
