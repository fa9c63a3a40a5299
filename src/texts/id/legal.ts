import type { LegalTexts } from "../subjects/legal.ts";

export const legal: LegalTexts = {
  privacy: ({ hours, contact }) =>
    [
      "<b>Privasi</b>",
      "Kami menyimpan id Telegram, @nama dan nama depan Anda di sana, bahasa, pesanan, dan pembayaran Anda. Tidak ada yang lain tentang Anda.",
      `Isi dan kode SMS dihapus ${hours} jam setelah tiba.`,
      "Data pembayaran dan pesanan disimpan selama diwajibkan hukum dan pembukuan.",
      "Penyedia melihat layanan dan negara yang dipesan, tidak pernah siapa Anda.",
      "Jika data Anda dihapus, kami menyimpan hash berkunci sebagai ganti id Telegram, dengan blokir, tanda pengembalian dana, utang, atau kode promo yang sudah dipakai, dan selama 48 jam jumlah pesanan Anda, agar semua itu tidak hilang. Dari bukti bayar hanya sidiknya yang tersisa.",
      contact ? `Pertanyaan: ${contact}` : "",
      "Anda bisa menghapus data Anda dengan tombol di bawah.",
    ]
      .filter((line) => line !== "")
      .join("\n"),
  terms: ({ version, contact }) =>
    [
      `<b>Ketentuan</b> (versi ${version})`,
      "1. Anda menyewa nomor telepon sebentar untuk menerima SMS. Nomor itu tidak menjadi milik Anda.",
      "2. Harga ditahan saat memesan dan dipotong dari saldo saat SMS pertama tiba. Jika tidak ada, uang dikembalikan.",
      "3. Saldo hanya untuk nomor di toko ini. Untuk masalah pembayaran hubungi /paysupport.",
      "4. Jangan pakai nomor untuk penipuan, spam, perbankan, atau mengaku sebagai orang lain. Akun seperti itu ditutup.",
      "5. Ikuti aturan layanan tempat Anda mendaftar dan hukum setempat.",
      "6. Diterima atau tidaknya nomor tergantung aplikasinya. Pesanan tanpa kode tidak dikenai biaya.",
      contact ? `7. Kontak: ${contact}` : "",
    ]
      .filter((line) => line !== "")
      .join("\n"),
};
