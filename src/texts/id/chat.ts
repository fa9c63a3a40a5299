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
    support: "Hubungi kami",
  },
  toasts: {
    stale: "Tombol itu sudah kedaluwarsa. Ini menu terbaru.",
    writePrivately: "Silakan hubungi saya di chat pribadi.",
    newsOff: "Tidak ada kabar toko lagi. Kode dan pembayaran tetap dikirim. Aktifkan lagi di /settings.",
  },
  messages: {
    welcome:
      "Selamat datang! Pilih layanan dan negara, dapatkan nomor, dan kodenya tiba di sini. Anda membayar hanya jika kode tiba.",
    home: ({ available, openOrders }) =>
      `Saldo ${available}\n${openOrders === 0 ? "Tidak ada pesanan aktif." : `Anda punya ${openOrders} pesanan aktif.`}`,
    help: [
      "<b>Cara kerjanya</b>",
      "1. /buy, atau ketik layanan dan negara: whatsapp indonesia",
      "2. Ketuk Ambil nomor dan masukkan nomornya di aplikasi.",
      "3. Kodenya tiba di sini. Baru saat itu Anda membayar.",
      "",
      "Tidak ada kode? Uang otomatis kembali saat waktu habis, atau langsung saat Anda membatalkan.",
      "",
      "/orders nomor Anda · /balance uang Anda · /topup isi saldo · /promo kode promo · /settings bahasa",
      "/paysupport bantuan tim kami · /terms · /privacy",
    ].join("\n"),
    page: ({ page, pageCount }) => `Halaman ${page} dari ${pageCount}`,
    group:
      "Saya hanya berjualan di chat pribadi, agar nomor dan kode Anda tidak terlihat. Hubungi saya di sana.",
    unknown: "Saya tidak mengerti. Ketik layanan dan negara: <b>whatsapp indonesia</b>, atau pakai tombol.",
    onlyText:
      "Saya hanya membaca teks. Ketik layanan dan negara: <b>whatsapp indonesia</b>, atau pakai tombol.",
    slowDown: "Ini lebih cepat dari yang bisa saya jawab; sebagian saya lewati. Pelan-pelan, ya.",
    somethingWrong: "Ada yang salah. Periksa /orders sebelum mencoba lagi.",
  },
};
