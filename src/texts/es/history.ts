import type { HistoryTexts } from "../subjects/history.ts";

export const history: HistoryTexts = {
  labels: {
    onlyOpen: (count) => `Abiertos: ${count}`,
    allOrders: "Todos los pedidos",
    asFile: "Archivo CSV",
  },
  toasts: {
    oneFileAMinute: "Un archivo por minuto, por favor.",
  },
  messages: {
    orderSigns: "⏳ abierto · ✅ cobrado · ▫️ sin cobro",
    orderedAt: ({ time }) => `Pedido ${time}`,
    endedAt: ({ time }) => `Terminado ${time}`,
    orderMovements: {
      hold: "Reservado",
      capture: "Cobrado",
      release: "Devuelto",
      late_charge: "Cobrado por un código tardío",
    },
    stillHeld: ({ price }) => `${price} reservado`,
    fileReady: "Tu archivo. Importes en dólares de EE. UU., horas en UTC.",
    fileBounded: ({ count }) => `El archivo contiene solo las ${count} filas más recientes.`,
  },
};
