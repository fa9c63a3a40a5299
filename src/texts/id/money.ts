import type { MoneyTexts } from "../subjects/money.ts";

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (stars) => `Bayar ⭐${stars} dan beli`,
    payAndBuy: (amount) => `Bayar ${amount} & beli`,
    otherWays: "Cara lain",
    stars: (stars, value) => `⭐${stars} · ${value}`,
    otherAmount: "Jumlah lain",
    cryptoPay: "Kripto",
    manual: "Transfer ke toko",
    payNow: (amount) => `Bayar ${amount}`,
  },
  messages: {
    balance: ({ available, held }) => `<b>Saldo</b>\nTersedia ${available}\nDitahan untuk pesanan ${held}`,
    movements: "Transaksi terakhir:",
    noMovements: "Belum ada transaksi.",
    movementKinds: {
      topup: "Isi saldo",
      topup_refund: "Pembayaran dikembalikan",
      debt_settled: "Pembayaran utang",
      late_charge: "Kode yang datang terlambat",
      adjustment: "Koreksi",
      referral: "Imbalan untuk teman",
      referral_back: "Imbalan ditarik",
      bonus: "Bonus",
      other: "Transaksi",
    },
    topup: ({ available }) => `<b>Isi saldo</b>\nSaldo ${available}. Berapa yang ingin ditambahkan?`,
    topupFor: ({ available, product }) =>
      `<b>Isi saldo untuk ${product}</b>\nSaldo ${available}. Tombol pertama menutup kekurangannya.`,
    askStars: ({ min, max }) => `Berapa ⭐? Kirim angka dari ${min} sampai ${max}, atau jumlah seperti $5.`,
    askUsd: ({ min, max }) => `Berapa dolar? Kirim angka dari ${min} sampai ${max}, misalnya 7.50.`,
    amountNotUnderstood: "Jumlah itu tidak bisa dipakai. Kirim jumlah lain atau ketuk Kembali.",
    cryptoInvoice: ({ amount }) => `Tagihan ${amount} sudah siap. Saya kabari begitu lunas.`,
    manualInstructions: ({ amount, contact }) =>
      `Transfer ${amount} ke toko${contact ? ` sesuai kesepakatan dengan ${contact}` : ""}. Lalu kirim di sini foto bukti transfer atau pesan dengan nomor referensinya.`,
    manualThanks: "Terima kasih. Tim kami akan memeriksanya dan mengabari Anda.",
    manualNeedsProof: "Kirim foto bukti transfer atau pesan singkat dengan nomor referensinya.",
    credited: ({ amount, available }) => `${amount} ditambahkan. Saldo ${available}.`,
    gettingNumber: ({ product }) => `Membeli ${product}…`,
    stillTrying: ({ product }) =>
      `${product}: belum ada pemasok yang menjawab. Saya terus mencoba selama dua menit; setelah itu Anda yang memutuskan. Uang Anda tetap milik Anda.`,
    fromShop: ({ text }) => `<b>Pesan dari toko:</b>\n${text}\nBalas dengan /paysupport.`,
    topupRejected:
      "Toko tidak menemukan transfer Anda; tidak ada yang ditambahkan. Jika keliru, pakai /paysupport.",
    topupRefunded: ({ stars, amount, available }) =>
      `Pembayaran ⭐${stars} dikembalikan. Saldo Anda berkurang ${amount} dan sekarang ${available}.`,
    debt: ({ debt }) =>
      `Anda berutang ${debt} kepada toko: Telegram mengembalikan ⭐ yang sudah Anda pakai. Uang yang masuk membayar ini dulu. Anda bisa membeli lagi setelah lunas; isi saldo dengan /topup.`,
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
