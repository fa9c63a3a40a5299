import type { PromotionsTexts } from "../subjects/promotions.ts";

export const promotions: PromotionsTexts = {
  messages: {
    askCode: "Kirim kode promo atau voucer Anda.",
    codeRefused: {
      unknown: "Kode itu tidak ada. Periksa setiap hurufnya.",
      used_up: "Kode ini sudah habis dipakai.",
      expired: "Kode ini tidak berlaku lagi.",
      already_yours: "Anda sudah memakai kode ini. Kode berlaku sekali untuk setiap orang.",
      not_for_you: "Kode ini bukan untuk Anda. Sebagian kode hanya untuk pembeli baru.",
      too_many_tries: "Terlalu banyak kode salah. Coba lagi satu jam lagi.",
    },
    voucherAdded: ({ amount, available }) => `Voucer Anda menambahkan ${amount}. Saldo ${available}.`,
    bonusWaits: ({ amount, min }) =>
      `Kode diterima: isi saldo berikutnya${min ? ` minimal ${min}` : ""} mendapat tambahan ${amount}. Isi dengan /topup.`,
    bonusAdded: ({ amount, available }) => `Kode promo Anda menambahkan ${amount}. Saldo ${available}.`,
    bonusTaken: ({ amount, available }) =>
      `Pembayaran Anda dikembalikan, jadi bonusnya ditarik kembali: ${amount}. Saldo ${available}.`,
    discountReady: ({ percent, count, product }) =>
      `Kode diterima: diskon ${percent}% untuk ${count} nomor berikutnya${product ? `, untuk ${product}` : ""}. Harga sebelum membeli sudah menampilkannya.`,
    codeUntil: ({ time }) => `Berlaku sampai ${time}.`,
    insteadOf: ({ price }) => `Dengan kode promo Anda, dari ${price}.`,
  },
};
