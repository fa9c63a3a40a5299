import type { MoneyTexts } from "../subjects/money.ts";

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (stars) => `Bayar ${stars} Bintang dan beli`,
    otherWays: "Cara lain",
    stars: (stars, value) => `${stars} Bintang · ${value}`,
    otherAmount: "Jumlah lain",
    cryptoPay: "Kripto",
    manual: "Transfer ke toko",
    payNow: (amount) => `Bayar ${amount}`,
  },
  messages: {
    balance: ({ available, held }) => `<b>Saldo</b>\nTersedia ${available}\nDitahan untuk pesanan ${held}`,
    movements: "Mutasi terakhir:",
    noMovements: "Belum ada mutasi.",
    movementKinds: {
      topup: "Isi saldo",
      topup_refund: "Pembayaran dikembalikan",
      hold: "Ditahan untuk pesanan",
      release: "Dikembalikan, tanpa kode",
      debt_settled: "Pembayaran utang",
      late_charge: "Kode yang datang terlambat",
      adjustment: "Koreksi",
      other: "Mutasi",
    },
    topup: ({ available }) => `<b>Isi saldo</b>\nSaldo ${available}. Berapa yang ingin ditambahkan?`,
    topupFor: ({ available, product }) =>
      `<b>Isi saldo untuk ${product}</b>\nSaldo ${available}. Tombol pertama sudah cukup.`,
    askStars: ({ min, max }) =>
      `Berapa Bintang? Kirim angka dari ${min} sampai ${max}, atau jumlah seperti $5.`,
    askUsd: ({ min, max }) => `Berapa dolar? Kirim angka dari ${min} sampai ${max}, misalnya 7.50.`,
    amountNotUnderstood: "Jumlah itu tidak bisa dipakai. Kirim jumlah lain atau ketuk Kembali.",
    cryptoInvoice: ({ amount }) => `Tagihan ${amount} sudah siap. Saya kabari begitu dibayar.`,
    manualInstructions: ({ amount, contact }) =>
      `Transfer ${amount} ke toko${contact ? ` sesuai kesepakatan dengan ${contact}` : ""}. Lalu kirim di sini foto bukti transfer atau catatan dengan nomor referensinya.`,
    manualThanks: "Terima kasih. Seseorang akan memeriksanya dan hasilnya dikirim ke sini.",
    manualNeedsProof: "Kirim foto bukti transfer atau catatan singkat dengan nomor referensinya.",
    credited: ({ amount, available }) => `${amount} ditambahkan. Saldo ${available}.`,
    topupRejected:
      "Toko tidak menemukan transfer Anda; tidak ada yang ditambahkan. Jika keliru, pakai /paysupport.",
    topupRefunded: ({ stars, amount, available }) =>
      `Pembayaran ${stars} Bintang dikembalikan. Saldo Anda berkurang ${amount} dan sekarang ${available}.`,
    debt: ({ debt }) =>
      `Anda berutang ${debt} kepada toko: Telegram mengembalikan Bintang yang sudah dipakai. Uang yang masuk membayar ini dulu. Anda bisa membeli lagi setelah lunas; isi saldo dengan /topup.`,
    debtSettled: ({ amount, debt, available }) =>
      `${amount} dipakai untuk membayar utang Anda kepada toko. ${debt === null ? "Utang sudah lunas" : `Sisa utang ${debt}`}. Saldo ${available}.`,
    adjusted: ({ amount, available, reason }) =>
      `Toko mengubah saldo Anda sebesar ${amount}: ${reason}. Saldo ${available}.`,
  },
  invoice: {
    title: "Isi saldo",
    description: (amount) => `Menambah ${amount} ke saldo Anda di toko ini.`,
  },
};
