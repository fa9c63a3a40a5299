import type { MoneyTexts } from "../subjects/money.ts";

export const money: MoneyTexts = {
  labels: {
    payStarsAndBuy: (count) => `Pagar ⭐${count} e comprar`,
    payAndBuy: (amount) => `Pagar ${amount}, comprar`,
    otherWays: "Outras formas",
    stars: (count, value) => `⭐${count} · ${value}`,
    otherAmount: "Outro valor",
    cryptoPay: "Cripto",
    manual: "Transferência",
    payNow: (amount) => `Pagar ${amount}`,
  },
  messages: {
    balance: ({ available, held }) => `<b>Saldo</b>\nDisponível ${available}\nReservado para pedidos ${held}`,
    movements: "Últimos movimentos:",
    noMovements: "Ainda não há movimentos.",
    movementKinds: {
      topup: "Recarga",
      topup_refund: "Pagamento devolvido",
      debt_settled: "Pagamento de dívida",
      late_charge: "Código que chegou tarde",
      adjustment: "Correção",
      referral: "Recompensa por um amigo",
      referral_back: "Recompensa retirada",
      bonus: "Bônus",
      other: "Movimento",
    },
    topup: ({ available }) => `<b>Recarregar</b>\nSaldo ${available}. Quanto você quer adicionar?`,
    topupFor: ({ available, product }) =>
      `<b>Recarregar para ${product}</b>\nSaldo ${available}. O primeiro botão cobre o que falta.`,
    askStars: ({ min, max }) => `Quantas ⭐? Envie um número de ${min} a ${max}, ou um valor como $5.`,
    askUsd: ({ min, max }) => `Que valor em dólares? Envie um número de ${min} a ${max}, como 7.50.`,
    amountNotUnderstood: "Esse valor não serve. Envie outro ou toque em Voltar.",
    cryptoInvoice: ({ amount }) =>
      `Seu link de pagamento de ${amount} está pronto. Aviso assim que for pago.`,
    manualInstructions: ({ amount, contact }) =>
      `Transfira ${amount} para a loja${contact ? ` como combinado com ${contact}` : ""}. Depois envie aqui uma foto do comprovante ou uma mensagem com a referência.`,
    manualThanks: "Obrigado. Vamos conferir e avisar você.",
    manualNeedsProof: "Envie uma foto do comprovante ou uma mensagem curta com a referência.",
    credited: ({ amount, available }) => `${amount} adicionados. Saldo ${available}.`,
    gettingNumber: ({ product }) => `Comprando ${product}…`,
    stillTrying: ({ product }) =>
      `${product}: nenhum fornecedor responde agora. Continuo tentando por dois minutos; depois você decide. Seu dinheiro continua seu.`,
    fromShop: ({ text }) => `<b>Mensagem da loja:</b>\n${text}\nResponda com /paysupport.`,
    topupRejected:
      "A loja não encontrou sua transferência, então nada foi adicionado. Se acha que é um engano, use /paysupport.",
    topupRefunded: ({ stars, amount, available }) =>
      `Seu pagamento de ⭐${stars} foi devolvido. ${amount} saíram do seu saldo, que agora é ${available}.`,
    debt: ({ debt }) =>
      `Você deve ${debt} à loja: o Telegram devolveu ⭐ que você já tinha gastado. O dinheiro que entra paga isso primeiro. Você pode comprar de novo quando estiver pago; recarregue com /topup.`,
    debtSettled: ({ amount, debt, available }) =>
      `${amount} foram usados para pagar o que você deve à loja. ${debt === null ? "Você não deve mais nada" : `Ainda deve ${debt}`}. Saldo ${available}.`,
    adjusted: ({ amount, available, reason }) =>
      `A loja mudou seu saldo em ${amount}: ${reason}. Saldo ${available}.`,
  },
  invoice: {
    title: "Recarga de saldo",
    description: (amount) => `Adiciona ${amount} ao seu saldo nesta loja.`,
  },
};
