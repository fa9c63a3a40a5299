import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `Salin ${what}`,
    cancel: "Batalkan",
    another: "Kode lain",
    buyAgain: "Beli lagi",
    sameAgain: "Sama lagi",
    done: "Selesai",
    showLate: (price) => `Tampilkan · ${price}`,
  },
  toasts: {
    cancelRequested: "Membatalkan. Jika kode tiba lebih dulu, kode yang berlaku.",
    cancelQueued: "Masih terlalu cepat: pembatalan menunggu dan dikirim sendiri.",
    finished: "Selesai. Terima kasih!",
  },
  messages: {
    orderStates: {
      placing: "mencari nomor",
      in_doubt: "memeriksa",
      waiting: "menunggu kode",
      cancelling: "membatalkan",
      received: "kode diterima",
      waiting_again: "menunggu kode lain",
      finished: "selesai",
      cancelled: "dibatalkan",
      expired: "tidak ada kode",
      failed: "tidak ada nomor",
    },
    placing: ({ price }) => `Mencari nomor Anda. Sementara itu ${price} ditahan.`,
    endsAt: ({ time }) => `Berakhir ${time}`,
    cancelOpens: ({ time }) => `Pembatalan dibuka ${time}. Boleh ketuk lebih awal; nanti dikirim sendiri.`,
    cancelQueued: ({ time }) =>
      `Pembatalan Anda dikirim ${time}. Jika kode tiba lebih dulu, kode yang berlaku.`,
    cancelAsked: "Membatalkan. Jika kode tiba lebih dulu, kode yang berlaku.",
    held: ({ price }) => `${price} ditahan, dibayar hanya jika kode tiba`,
    charged: ({ price }) => `${price} dibayar`,
    released: ({ price }) => `${price} dikembalikan, tidak ada yang dibayar`,
    smsPurged: "Pesan ini sudah dihapus, sesuai /privacy.",
    codeEvent: ({ charged, available }) =>
      `${charged ? `${charged} dibayar` : "Tidak ada yang dibayar"} · saldo ${available}`,
    expiredEvent: ({ amount, available }) => `Tidak ada kode. ${amount} dikembalikan, saldo ${available}.`,
    cancelledEvent: ({ amount, available }) => `Dibatalkan. ${amount} dikembalikan, saldo ${available}.`,
    failedEvent: ({ amount, available }) => `${amount} dikembalikan, saldo ${available}.`,
    cancelRefused: ({ product }) =>
      `Pemasok tidak menerima pembatalan ${product}. Pesanan berlanjut; Anda tetap membayar hanya jika kode tiba.`,
    inDoubt: ({ product }) =>
      `Pemasok belum mengonfirmasi ${product}. Kami sedang memeriksa; uang Anda tetap ditahan dan tidak ada yang dibayar dua kali.`,
    ordersTitle: ({ open }) => `<b>Pesanan Anda</b>\n${open === 0 ? "Tidak ada." : `Aktif: ${open}`}`,
    noOrders: "Anda belum punya pesanan. Nomor pertama hanya tiga ketukan lagi.",
    lateSms: ({ product, price, available }) =>
      `SMS untuk ${product} tiba setelah pesanan berakhir dan ${price} dikembalikan. Isinya hanya ditampilkan kalau Anda membayar ${price}. Tidak wajib. Saldo ${available}.`,
  },
};
