import type { CatalogueTexts } from "../subjects/catalogue.ts";

export const catalogue: CatalogueTexts = {
  labels: {
    browse: "Lihat layanan",
    search: "Cari",
    alphabetical: "A–Z",
    popular: "Terpopuler",
    repeat: (what) => `Ulangi ${what}`,
    sort: { best: "Urutan: terbaik", price: "Urutan: harga", name: "Urutan: nama" },
    getNumber: (price) => `Ambil nomor · ${price}`,
    acceptAndGet: (price) => `Setuju, ambil · ${price}`,
    save: "☆ Simpan",
    saved: "★ Tersimpan",
    otherCountries: "Negara lain",
    tryCountry: (what) => `Coba ${what}`,
    getThis: (what) => `Ambil ${what}`,
    seconds: (count) => `${count} dtk`,
  },
  toasts: {
    saved: "Tersimpan. Anda menemukannya di /buy.",
    unsaved: "Dihapus dari favorit.",
  },
  messages: {
    services: ({ available }) =>
      `<b>Kode untuk layanan apa?</b>\nSaldo ${available}. Anda juga bisa mengetik: whatsapp indonesia`,
    whichOne: "<b>Yang mana?</b>",
    servicesIn: ({ country }) => `<b>Layanan apa di ${country}?</b>`,
    nothingOnSale: "Saat ini tidak ada yang tersedia. Silakan coba lagi nanti.",
    notFound: ({ query }) =>
      `“${query}” tidak ditemukan. Ketik layanan dan negara, misalnya <b>whatsapp indonesia</b>, atau lihat daftarnya.`,
    countries: ({ service }) => `<b>${service}: pilih negara</b>`,
    percentNote: "% pesanan yang menerima kode, 7 hari terakhir",
    staleNote: "Beberapa harga mungkin sudah berubah. Langkah berikutnya menunjukkan harga pasti.",
    unanswered: ({ count }) => `${count} penyedia belum menjawab; daftar ini dilengkapi setelah ada jawaban.`,
    readingPrices: ({ service }) =>
      `<b>${service}</b>\nHarga sedang dibaca. Daftarnya segera muncul di sini.`,
    readingServices: "Layanan sedang dibaca. Daftarnya segera muncul di sini.",
    noCountries: ({ service }) => `${service} sedang habis di semua negara. Coba lagi beberapa menit lagi.`,
    heldOnly: ({ price }) => `${price} ditahan; Anda membayar hanya jika kode tiba.`,
    window: ({ minutes }) => `nomor aktif ${minutes} mnt`,
    cancelAfter: ({ minutes }) => `bisa batal setelah ${minutes} mnt`,
    cancelAnytime: "bisa batal kapan saja",
    noCancel: "tidak bisa dibatalkan",
    secondCode: ({ another }) => (another ? "kode tambahan: gratis" : "hanya satu kode"),
    inStock: ({ count }) => `stok: ${count}`,
    success: ({ percent, seconds }) =>
      seconds === null
        ? `${percent}% pesanan menerima kode`
        : `${percent}% pesanan menerima kode, biasanya dalam ${seconds} dtk`,
    yourBalance: ({ available }) => `Saldo ${available}`,
    acceptTerms: "Dengan melanjutkan, Anda menyetujui ketentuan: /terms",
    payFirst: ({ missing }) =>
      `Kurang ${missing}. Setelah dibayar, nomor datang sendiri, dalam satu jam dan sampai harga ini.`,
    buyInPrivate: ({ product }) => `${product}: dapatkan nomor di obrolan pribadi toko.`,
    alternatives: "Mau salah satu dari ini?",
  },
};
