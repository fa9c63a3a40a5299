import type { TextLanguage } from "../texts.ts";

/** Names of periods and splits, and the words around the figures. What a figure means is in desk/figures/definitions.ts. */
export const figureTexts = {
  entry: "📈 Figures",
  periods: { today: "Today", yesterday: "Yesterday", week: "7 days", days30: "30 days", month: "Month" },
  splits: {
    provider: "By provider",
    service: "By service",
    country: "By country",
    gateway: "By gateway",
    pair: "By pair",
  },
  all: "‹ All",
  meaning: "ⓘ",
  meaningTitle: "What the figures mean",
  picture: "🖼 Picture",
  csv: "📄 CSV",
  files: { orders: "Orders", ledger: "Ledger", figures: "Figures" },
  filesAsk: "Which file? Times in it are UTC. Each file is noted in the audit log.",
  best: "Best by profit",
  gateways: "By what came in",
  worst: (least: number): string => `Worst delivery (at least ${least} numbers)`,
  nothing: "Nothing in this period.",
  rows: (rows: number): string => (rows === 1 ? "1 row" : `${rows} rows`),
  cut: (rows: number): string => `Only the first ${rows}: choose a shorter period for the rest.`,
  reportOn: "🔔 Daily report: on",
  reportOff: "🔕 Daily report: off",
  report: "Daily report",
  late: "late",
  openFigures: "📈 Figures",
  openQueue: "📥 Queue",
} as const;

/** The words in a picture, in the language of whoever looks at it. */
export const chartTexts: Readonly<
  Record<
    TextLanguage,
    { readonly title: (days: number) => string; readonly turnover: string; readonly profit: string }
  >
> = {
  en: { title: (days) => `Last ${days} days`, turnover: "Turnover", profit: "Profit" },
  ru: { title: (days) => `Последние дни: ${days}`, turnover: "Оборот", profit: "Прибыль" },
  es: { title: (days) => `Últimos ${days} días`, turnover: "Ventas", profit: "Beneficio" },
  pt: { title: (days) => `Últimos ${days} dias`, turnover: "Vendas", profit: "Lucro" },
  id: { title: (days) => `${days} hari terakhir`, turnover: "Penjualan", profit: "Laba" },
  ar: { title: (days) => `آخر ${days} يومًا`, turnover: "المبيعات", profit: "الربح" },
};
