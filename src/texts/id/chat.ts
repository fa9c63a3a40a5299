import type { ChatTexts } from "../subjects/chat.ts";

export const chat: ChatTexts = {
  labels: {
    buy: "Beli nomor",
    orders: "Pesanan",
    balance: "Saldo",
    topup: "Isi saldo",
    help: "Bantuan",
    settings: "Pengaturan",
    home: "Beranda",
    back: "Kembali",
    previous: "Sebelumnya",
    next: "Berikutnya",
    notNow: "Nanti saja",
    tryAgain: "Coba lagi",
    openPrivateChat: "Buka chat pribadi",
  },
  toasts: {
    stale: "Tombol itu sudah tidak berlaku. Ini yang baru.",
    writePrivately: "Silakan tulis ke saya di chat pribadi.",
  },
  messages: {
    welcome: "Selamat datang! Pilih layanan dan negara, dapatkan nomor, dan kodenya tiba di sini.",
    home: ({ available, openOrders }) =>
      `Saldo ${available}\n${openOrders === 0 ? "Tidak ada pesanan aktif." : `Anda punya ${openOrders} pesanan aktif.`}`,
    help: [
      "<b>Cara kerjanya</b>",
      "1. /buy, atau ketik layanan dan negara: whatsapp indonesia",
      "2. Ketuk Ambil nomor dan masukkan nomornya di aplikasi.",
      "3. Kodenya tiba di sini. Baru saat itu Anda membayar.",
      "",
      "Tidak ada kode? Uang kembali sendiri di akhir waktu, atau langsung saat Anda membatalkan.",
      "",
      "/orders nomor Anda · /balance uang Anda · /topup isi saldo · /settings bahasa",
      "/paysupport masalah pembayaran · /terms · /privacy",
    ].join("\n"),
    group: "Saya hanya berjualan di chat pribadi, agar nomor dan kode Anda tidak terlihat. Tulis di sana.",
    unknown: "Saya tidak mengerti. Ketik layanan dan negara: <b>whatsapp indonesia</b>, atau pakai tombol.",
    onlyText:
      "Saya hanya membaca teks. Ketik layanan dan negara: <b>whatsapp indonesia</b>, atau pakai tombol.",
    slowDown: "Ini lebih cepat dari yang bisa saya jawab; sebagian saya lewati. Pelan-pelan, ya.",
    somethingWrong: "Ada yang salah di pihak kami. Tidak ada yang dibayar dua kali. Coba lagi: /start",
  },
};
