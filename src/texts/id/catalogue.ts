import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Lihat layanan",
    alphabetical: "A–Z",
    popular: "Terpopuler",
    repeat: (what) => `Ulangi ${what}`,
    sort: { best: "Urutan: terbaik", price: "Urutan: harga", name: "Urutan: nama" },
    getNumber: (price) => `Ambil nomor · ${price}`,
    acceptAndGet: "Setuju dan ambil nomor",
    save: "☆ Simpan",
    saved: "★ Tersimpan",
    otherCountries: "Negara lain",
    tryCountry: (what) => `Coba ${what}`,
    getThis: (what) => `Ambil ${what}`,
  },
  toasts: {
    saved: "Tersimpan. Anda menemukannya di /buy.",
    unsaved: "Dihapus dari favorit.",
  },
  messages: {
    services: ({ available }) =>
      `<b>Kode untuk layanan apa?</b>\nSaldo ${available}. Anda juga bisa mengetik: whatsapp indonesia`,
    servicesIn: ({ country }) => `<b>Layanan apa di ${country}?</b>`,
    nothingOnSale: "Saat ini tidak ada yang dijual. Silakan lihat lagi nanti.",
    notFound: ({ query }) =>
      `“${query}” tidak ditemukan. Ketik layanan dan negara, misalnya <b>whatsapp indonesia</b>, atau lihat daftarnya.`,
    countries: ({ service }) => `<b>${service}: pilih negara</b>`,
    percentNote: "% = kode yang diterima di sini dalam 7 hari terakhir",
    staleNote: "Beberapa harga mungkin agak lama. Langkah berikutnya menunjukkan harga pasti.",
    noCountries: ({ service }) => `${service} sedang habis di semua negara. Coba lagi beberapa menit lagi.`,
    heldOnly: ({ price }) => `${price} ditahan; Anda membayar hanya jika kode tiba.`,
    window: ({ minutes }) => `waktu ${minutes} mnt`,
    cancelAfter: ({ minutes }) => `bisa batal setelah ${minutes} mnt`,
    cancelAnytime: "bisa batal kapan saja",
    noCancel: "tidak bisa dibatalkan",
    secondCode: ({ another }) => `kode ke-2: ${another ? "ya" : "tidak"}`,
    inStock: ({ count }) => `stok: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `${percent}% menerima kode`
        : `${percent}% menerima kode, biasanya dalam ${seconds} dtk`,
    yourBalance: ({ available }) => `Saldo ${available}`,
    acceptTerms: "Dengan melanjutkan Anda menyetujui /terms",
    short: ({ missing, product }) => `Kurang ${missing} untuk ${product}.`,
    alternatives: "Mau salah satu dari ini?",
  },
};
