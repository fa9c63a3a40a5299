import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "Suara notifikasi: aktif" : "Suara notifikasi: mati"),
    quickBuy: (isOn) => (isOn ? "Beli sekali ketuk: aktif" : "Beli sekali ketuk: mati"),
    news: (isOn) => (isOn ? "Kabar toko: aktif" : "Kabar toko: mati"),
    noNews: "🔕 Jangan kirim kabar",
    deleteMyData: "Hapus data saya",
    yesDelete: "Ya, hapus data saya",
    keepMyData: "Simpan data saya",
    sendToShop: "Kirim ke toko",
    searchThis: "Cari ini",
  },
  messages: {
    settings: "<b>Pengaturan</b>\nPilih bahasa:",
    settingsSound: "Kode dan pembayaran selalu berbunyi.",
    settingsQuickBuy:
      "Beli sekali ketuk: ketuk yang pernah dibeli untuk langsung membelinya, sampai harga sebelumnya.",
    settingsNews:
      "Kabar toko: pesan toko untuk semua pelanggan. Kode, pembayaran, dan jawaban selalu dikirim.",
    forgetAsk: ({ available }) =>
      `Ini menghapus id Telegram, pengaturan, favorit, dan pesan Anda dari toko. Saldo ${available} tidak bisa dipakai lagi. Lanjutkan?`,
    forgetSure: "Ini tidak bisa dibatalkan. Anda yakin?",
    forgotten: "Data Anda sudah dihapus. Kirim /start untuk mulai lagi.",
    forgetOpenOrders: "Anda masih punya pesanan aktif. Tunggu sampai selesai atau batalkan, lalu coba lagi.",
    kept: "Tidak ada yang dihapus.",
    paysupport: ({ contact }) =>
      `Ada pertanyaan atau masalah pembayaran? Jelaskan di pesan berikutnya: apa yang dibeli atau dibayar, kapan, dan apa masalahnya. Tim kami akan menjawab.${contact ? `\nAnda juga bisa menghubungi ${contact}.` : ""}`,
    disputeAsk: "<b>Kirim ini ke toko?</b>",
    disputeNeedsText: "Tambahkan beberapa kata: apa masalahnya? Boleh sebagai keterangan foto.",
    disputeThanks: "Terima kasih, pesan Anda sudah diterima toko. Jawabannya akan tiba di sini.",
  },
};
