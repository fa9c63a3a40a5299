import type { ReferralTexts } from "../subjects/referral.ts";

export const referral: ReferralTexts = {
  labels: {
    inviteFriend: "Undang teman",
    shareLink: "Bagikan tautan",
    copyLink: "Salin tautan",
  },
  messages: {
    invite: ({ share, orders, perFriend, perMonth }) =>
      `<b>Undang teman</b>\nKirim tautan Anda kepada orang yang baru di sini. Anda mendapat ${share} dari keuntungan toko atas pesanan pertamanya yang menerima kode, paling banyak ${orders}. Batas: ${perFriend} per teman, ${perMonth} dalam 30 hari. Jika pembayaran teman yang sudah terpakai dikembalikan, yang Anda terima untuk teman itu ditarik kembali.`,
    inviteTotals: ({ friends, earned }) => `Teman: ${friends} · diterima ${earned}`,
    privacyReferral:
      "Jika Anda datang lewat undangan, kami menyimpan siapa mengundang siapa dan imbalannya, sampai salah satu dari Anda menghapus datanya. Dari data yang dihapus tersisa hash berkunci dari id Telegram, agar tidak ada yang dihitung baru dua kali.",
  },
};
