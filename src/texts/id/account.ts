import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "Bunyi semua kabar: ya" : "Bunyi semua kabar: tidak"),
    deleteMyData: "Hapus data saya",
    yesDelete: "Ya, hapus data saya",
    keepMyData: "Simpan data saya",
  },
  messages: {
    settings: "<b>Pengaturan</b>\nPilih bahasa:",
    settingsSound: "Kode dan pembayaran selalu berbunyi.",
    forgetAsk: ({ available }) =>
      `Ini menghapus id Telegram, pengaturan, favorit, dan pesan Anda dari toko. Saldo ${available} tidak bisa dipakai lagi. Lanjutkan?`,
    forgetSure: "Ini tidak bisa dibatalkan. Anda yakin?",
    forgotten: "Data Anda sudah dihapus. Terima kasih atas kunjungannya. /start memulai dari awal.",
    forgetOpenOrders: "Anda masih punya pesanan aktif. Tunggu sampai selesai atau batalkan, lalu coba lagi.",
    kept: "Tidak ada yang dihapus.",
    paysupport: ({ contact }) =>
      `Ada masalah pembayaran? Jelaskan di pesan berikutnya: apa yang dibayar, kapan, dan apa masalahnya. Seseorang akan menjawab.${contact ? `\nAnda juga bisa menulis ke ${contact}.` : ""}`,
    disputeThanks: "Terima kasih, pesan Anda sudah diterima toko. Jawabannya akan tiba di sini.",
  },
};
