import type { AccountTexts } from "../subjects/account.ts";

export const account: AccountTexts = {
  labels: {
    progressSound: (isOn) => (isOn ? "Som em tudo: sim" : "Som em tudo: não"),
    deleteMyData: "Apagar meus dados",
    yesDelete: "Sim, apagar meus dados",
    keepMyData: "Manter meus dados",
  },
  messages: {
    settings: "<b>Ajustes</b>\nEscolha um idioma:",
    settingsSound: "Códigos e pagamentos sempre tocam um som.",
    forgetAsk: ({ available }) =>
      `Isto apaga da loja seu id do Telegram, ajustes, favoritos e mensagens. Seu saldo de ${available} não poderá mais ser usado. Continuar?`,
    forgetSure: "Não dá para desfazer. Tem certeza?",
    forgotten: "Seus dados foram apagados. Obrigado pela visita. /start começa de novo.",
    forgetOpenOrders: "Você tem pedidos abertos. Espere que terminem ou cancele, e tente de novo.",
    kept: "Nada foi apagado.",
    paysupport: ({ contact }) =>
      `Problema com um pagamento? Conte na próxima mensagem: o que pagou, quando e o que deu errado. Uma pessoa vai responder.${contact ? `\nVocê também pode escrever para ${contact}.` : ""}`,
    disputeThanks: "Obrigado, a loja recebeu sua mensagem. A resposta chega aqui.",
  },
};
