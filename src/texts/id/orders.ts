import type { OrdersTexts } from "../subjects/orders.ts";

export const orders: OrdersTexts = {
  labels: {
    copy: (what) => `Salin ${what}`,
    cancel: "Batalkan",
    another: "Kode lain",
    buyAgain: "Beli lagi",
    sameAgain: "Pesan yang sama",
    done: "Selesai",
    openOrder: (what) => `Buka ${what}`,
    showLate: (price) => `Tampilkan · ${price}`,
  },
  toasts: {
    cancelRequested: "Membatalkan. Jika kode masuk lebih dulu, saldo terpotong.",
    cancelQueued: "Belum bisa. Nanti kami batalkan begitu bisa.",
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
      expired: "kode tidak masuk",
      failed: "tidak ada nomor",
    },
    placing: ({ price }) => `Mencari nomor Anda. Sementara itu ${price} ditahan.`,
    endsAt: ({ time }) => `Berakhir ${time}`,
    cancelOpens: ({ time }) => `Bisa dibatalkan ${time}. Ketuk sekarang, nanti kami batalkan.`,
    cancelQueued: ({ time }) => `Kami batalkan ${time}. Jika kode masuk lebih dulu, saldo terpotong.`,
    cancelAsked: "Membatalkan. Jika kode masuk lebih dulu, saldo terpotong.",
    held: ({ price }) => `${price} ditahan, saldo terpotong hanya jika kode masuk`,
    charged: ({ price }) => `Saldo terpotong ${price}`,
    released: ({ price }) => `${price} dikembalikan, saldo tidak terpotong`,
    smsPurged: "Pesan ini sudah dihapus, sesuai /privacy.",
    codeEvent: ({ charged, available }) =>
      `${charged ? `Saldo terpotong ${charged}` : "Saldo tidak terpotong"} · saldo ${available}`,
    expiredEvent: ({ amount, available }) => `Kode tidak masuk. ${amount} dikembalikan, saldo ${available}.`,
    cancelledEvent: ({ amount, available }) => `Dibatalkan. ${amount} dikembalikan, saldo ${available}.`,
    failedEvent: ({ amount, available }) => `${amount} dikembalikan, saldo ${available}.`,
    cancelRefused: ({ product }) =>
      `Penyedia menolak membatalkan ${product}. Pesanan berlanjut; Anda tetap membayar hanya jika kode tiba.`,
    inDoubt: ({ product }) =>
      `Penyedia belum mengonfirmasi ${product}. Kami sedang memeriksa; uang Anda tetap ditahan sampai jelas.`,
    ordersTitle: ({ open }) => `<b>Pesanan Anda</b>\n${open === 0 ? "Tidak ada." : `Aktif: ${open}`}`,
    noOrders: "Anda belum punya pesanan. Nomor pertama hanya tiga ketukan lagi.",
    lateSms: ({ product, price, available }) =>
      `SMS untuk ${product} tiba setelah pesanan berakhir dan ${price} dikembalikan. Isinya hanya ditampilkan kalau Anda membayar ${price}. Tidak wajib. Saldo ${available}.`,
  },
};
