import type { ResellerTexts } from "../subjects/reseller.ts";

export const reseller: ResellerTexts = {
  labels: {
    apiAccept: "Setuju dan lanjut",
    apiNewKey: "Kunci baru",
    apiKeyDone: "Selesai, hapus",
    apiBack: "Semua kunci",
    apiStyle: (style) =>
      `Setelah SMS lagi: ${{ wait: "WAIT_CODE", retry: "WAIT_RETRY", resend: "WAIT_RESEND" }[style]}`,
    apiScope: (to) => (to === "read" ? "Hanya membaca" : "Izinkan membeli"),
    apiRotate: "Ganti kunci",
    apiHookTest: "Panggilan uji",
    apiRevoke: "Cabut",
    apiRevokeSure: "Ya, cabut",
  },
  messages: {
    apiIntro:
      "<b>API untuk reseller</b>\nAlat Anda membeli nomor di sini dengan kunci: saldo sama, harga sama. Isi alamat toko dan kunci di tempat alat meminta server dan kunci API.",
    apiTerms:
      "<b>Ketentuan API</b>\nYang dibeli alat Anda berarti Anda yang membeli. Anda bertanggung jawab atas pelanggan Anda dan pemakaian nomornya; layanan yang tidak dijual di sini juga terlarang bagi mereka. Nomor tanpa kode tidak dikenai biaya. Jika terlalu sedikit kode yang masuk, API ditutup satu jam. Dengan menyetujui, Anda juga menyetujui /terms.",
    apiKeys: ({ count, max }) => `Kunci: ${count} dari ${max}`,
    apiShownOnce:
      "Ini kunci Anda. Hanya tampil sekarang dan dihapus dalam satu menit: salin ke alat Anda. Siapa pun yang memilikinya bisa memakai saldo Anda.",
    apiTooMany: "Anda punya lima kunci. Cabut satu dulu.",
    apiRevoked: "Dicabut. Tidak bisa membeli lagi.",
    apiDigest: ({ day, sold, codes, spent }) =>
      `<b>API, ${day} (UTC)</b>\nNomor: ${sold}\nKode diterima: ${codes}\nDibelanjakan: ${spent}`,
    apiNotUnderstood: "Saya tidak mengerti. Tulis seperti pada kartu kunci.",
    apiKey: (view) =>
      [
        `Boleh: ${view.scope === "buy" ? "membaca dan membeli" : "hanya membaca"}`,
        `Harga tertinggi: ${view.maxPrice ?? "tidak diatur"}`,
        `Maksimal per hari: ${view.dailyCap ?? "tidak diatur"}`,
        `Maksimal pesanan terbuka: ${view.maxOpen ?? "tidak diatur"}`,
        `Alamat: ${view.addresses ?? "semua"}`,
        `Terakhir dipakai: ${view.lastUse ?? "belum pernah"}`,
        ...(view.endsAt ? [`Berlaku sampai: ${view.endsAt}`] : []),
      ].join("\n"),
    apiHowToChange: ({ keyId }) =>
      `Untuk mengubah batas, tulis salah satu baris ini (- menghapusnya):\n<code>/api ${keyId} price 0.50</code>\n<code>/api ${keyId} day 20</code>\n<code>/api ${keyId} open 10</code>\n<code>/api ${keyId} addresses 203.0.113.7 10.0.0.0/8</code>\n<code>/api ${keyId} name My shop</code>`,
    apiAskRevoke: "Cabut kunci ini? Alat yang memakainya langsung berhenti.",
    apiHook: ({ url, isOff, last }) =>
      [
        `Webhook: ${url}`,
        ...(isOff ? ["mati setelah sehari gagal; atur alamatnya lagi untuk menyalakan"] : []),
        ...(last ? [`panggilan terakhir: ${last}`] : []),
      ].join("\n"),
    apiHookSecret:
      "Ini rahasia webhook Anda: panggilan ditandatangani dengannya. Hanya ditampilkan sekarang dan hilang dalam satu menit.",
    apiHookRefused:
      "Alamat ini tidak dapat dipanggil. Harus dimulai dengan https://, tanpa nama dan kata sandi, dan milik server publik.",
    apiHookSent: "Panggilan uji sedang dikirim. Buka kunci lagi dalam beberapa detik untuk melihat hasilnya.",
    apiHookOff: ({ name }) =>
      `Webhook kunci API <b>${name}</b> Anda tidak menerima panggilan selama sehari, jadi dimatikan. Tidak ada yang hilang: pesanan dan kode tetap bisa ditanyakan. Atur alamatnya lagi di /api bila server Anda berfungsi.`,
    apiNewNetwork: ({ name, network }) =>
      `Kunci API <b>${name}</b> Anda baru saja dipakai dari jaringan yang belum pernah dipakai: ${network}. Jika itu bukan Anda, cabut di /api.`,
  },
};
