import type { HistoryTexts } from "../subjects/history.ts";

export const history: HistoryTexts = {
  labels: {
    onlyOpen: (count) => `Aktif: ${count}`,
    allOrders: "Semua pesanan",
    asFile: "File CSV",
  },
  toasts: {
    oneFileAMinute: "Satu file per menit, ya.",
  },
  messages: {
    orderSigns: "⏳ aktif · ✅ saldo terpotong · ▫️ tidak terpotong",
    orderedAt: ({ time }) => `Dipesan ${time}`,
    endedAt: ({ time }) => `Berakhir ${time}`,
    orderMovements: {
      hold: "Ditahan",
      capture: "Terpotong",
      release: "Dikembalikan",
      late_charge: "Terpotong untuk kode yang terlambat",
    },
    stillHeld: ({ price }) => `${price} ditahan`,
    fileReady: "File Anda. Jumlah dalam dolar AS, waktu dalam UTC.",
    fileBounded: ({ count }) => `File ini hanya memuat ${count} baris terbaru.`,
  },
};
