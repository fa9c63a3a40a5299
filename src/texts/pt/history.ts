import type { HistoryTexts } from "../subjects/history.ts";

export const history: HistoryTexts = {
  labels: {
    onlyOpen: (count) => `Abertos: ${count}`,
    allOrders: "Todos os pedidos",
    asFile: "Arquivo CSV",
  },
  toasts: {
    oneFileAMinute: "Um arquivo por minuto, por favor.",
  },
  messages: {
    orderSigns: "⏳ aberto · ✅ cobrado · ▫️ sem cobrança",
    orderedAt: ({ time }) => `Pedido feito ${time}`,
    endedAt: ({ time }) => `Encerrado ${time}`,
    orderMovements: {
      hold: "Reservado",
      capture: "Cobrado",
      release: "Devolvido",
      late_charge: "Cobrado por um código tardio",
    },
    stillHeld: ({ price }) => `${price} reservado`,
    fileReady: "Seu arquivo. Valores em dólares americanos, horários em UTC.",
    fileBounded: ({ count }) => `O arquivo contém só as ${count} linhas mais recentes.`,
  },
};
