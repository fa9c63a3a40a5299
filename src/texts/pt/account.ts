import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "Som dos avisos: sim" : "Som dos avisos: não"),
    quickBuy: (isOn) => (isOn ? "Compra rápida: ligada" : "Compra rápida: desligada"),
    news: (isOn) => (isOn ? "Novidades: sim" : "Novidades: não"),
    noNews: "🔕 Não quero novidades",
    deleteMyData: "Apagar meus dados",
    yesDelete: "Sim, apagar meus dados",
    keepMyData: "Manter meus dados",
    sendToShop: "Enviar à loja",
    searchThis: "Buscar isto",
  },
  messages: {
    settings: "<b>Configurações</b>\nEscolha um idioma:",
    settingsSound: "Códigos e pagamentos sempre tocam um som.",
    settingsQuickBuy:
      "Compra rápida: tocar em algo que você já comprou compra na hora, até o preço de antes.",
    settingsNews:
      "Novidades: mensagens da loja a todos os clientes. Códigos, pagamentos e respostas chegam sempre.",
    forgetAsk: ({ available }) =>
      `Isto apaga da loja seu id do Telegram, configurações, favoritos e mensagens. Seu saldo de ${available} não poderá mais ser usado. Continuar?`,
    forgetSure: "Não dá para desfazer. Tem certeza?",
    forgotten: "Seus dados foram apagados. Envie /start para começar de novo.",
    forgetOpenOrders: "Você tem pedidos abertos. Espere que terminem ou cancele, e tente de novo.",
    kept: "Nada foi apagado.",
    paysupport: ({ contact }) =>
      `Alguma dúvida ou problema com um pagamento? Conte na próxima mensagem: o que comprou ou pagou, quando e o que deu errado. Uma pessoa vai responder.${contact ? `\nVocê também pode escrever para ${contact}.` : ""}`,
    disputeAsk: "<b>Enviar isto à loja?</b>",
    disputeNeedsText: "Escreva algumas palavras, por favor: o que deu errado? Pode ser na legenda da foto.",
    disputeThanks: "Obrigado, a loja recebeu sua mensagem. A resposta chega aqui.",
  },
};
