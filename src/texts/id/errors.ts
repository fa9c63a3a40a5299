import type { ErrorTexts } from "../texts.ts";

export const errors: ErrorTexts = {
  insufficient_funds: "Saldo Anda tidak cukup. Isi dengan /topup lalu coba lagi.",
  quote_expired: "Harga ini sudah kedaluwarsa. Ini yang baru.",
  quote_used: "Harga ini sudah dipakai. Ini yang baru.",
  price_moved: "Harganya baru saja berubah. Lihat harga yang baru.",
  out_of_stock: "Baru saja habis. Coba negara lain.",
  providers_unavailable: "Penyedia sedang lambat; saldo tidak terpotong. Coba lagi atau pilih negara lain.",
  prices_not_read: "Harga sedang dibaca. Coba lagi sebentar lagi.",
  terms_not_accepted: "Setujui dulu ketentuannya dengan tombol di bawah.",
  service_blocked: "Layanan ini tidak dijual di sini. Pilih yang lain dengan /buy.",
  not_on_sale: "Ini sedang tidak dijual. Pilih yang lain dengan /buy.",
  sales_paused:
    "Penjualan dijeda sementara. Pesanan, kode, dan pengembalian dana tetap berjalan. Silakan kembali nanti.",
  too_many_open_orders: "Pesanan aktif Anda terlalu banyak. Selesaikan atau batalkan satu di /orders.",
  too_many_purchases: "Terlalu banyak pesanan dalam satu jam. Coba lagi nanti.",
  too_many_cancels:
    "Terlalu banyak pembatalan dalam satu jam. Tunggu pesanan ini selesai: tanpa kode Anda tidak membayar.",
  new_buyer_limit: "Batas hari pertama sudah tercapai. Coba lagi besok.",
  order_not_found: "Pesanan itu tidak ditemukan. Pesanan Anda ada di /orders.",
  order_not_active: "Status pesanan ini sudah berubah: /orders",
  cancel_not_supported: "Nomor ini tidak bisa dibatalkan. Tanpa kode, uang Anda kembali di akhir waktu.",
  cancel_begun: "Pembatalan sudah ada di penyedia. Hasilnya akan kami kabari.",
  too_many_swaps:
    "Terlalu banyak penukaran dalam satu jam. Tunggu kodenya atau batalkan: tanpa kode Anda tidak membayar.",
  too_many_alerts: "Anda sudah menunggu banyak produk. Kami kabari begitu ada yang tersedia lagi.",
  another_not_supported: "Nomor ini tidak bisa menerima kode lain. Pakai Beli lagi untuk nomor baru.",
  topup_not_found: "Pembayaran itu tidak ditemukan. Mulai lagi dengan /topup.",
  topup_expired: "Tagihan ini kedaluwarsa; saldo tidak terpotong. Mulai yang baru dengan /topup.",
  topup_amount_invalid: "Jumlah ini tidak bisa. Pilih jumlah lain di /topup.",
  gateway_off: "Cara bayar ini tidak tersedia. Pilih cara lain di /topup.",
  topups_paused: "Isi saldo dijeda sementara. Yang sudah dibayar tetap masuk. Coba lagi nanti.",
  gateway_unavailable: "Layanan pembayaran tidak menjawab. Coba sebentar lagi atau cara lain di /topup.",
  buyer_banned: "Akses Anda ke toko ditutup. Jika menurut Anda ini keliru, hubungi /paysupport.",
  internal: "Ada yang salah. Periksa /orders sebelum mencoba lagi.",
};
