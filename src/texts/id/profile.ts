import type { ProfileTexts } from "../subjects/profile.ts";

export const profile: ProfileTexts = {
  commands: {
    buy: "Beli nomor",
    orders: "Pesanan Anda",
    balance: "Saldo dan transaksi",
    topup: "Isi saldo",
    promo: "Kode promo atau voucer",
    help: "Cara kerjanya",
  },
  botName: "Nomor untuk kode",
  description:
    "Nomor telepon untuk kode sekali pakai. Pilih layanan dan negara, dapatkan nomor, dan kodenya tiba di chat ini. Anda membayar hanya jika kode tiba.",
  shortDescription: "Nomor telepon untuk kode sekali pakai. Anda membayar hanya jika kode tiba.",
};
