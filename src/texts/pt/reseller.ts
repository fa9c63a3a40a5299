import type { ResellerTexts } from "../subjects/reseller.ts";

export const reseller: ResellerTexts = {
  labels: {
    apiAccept: "Aceitar e continuar",
    apiNewKey: "Nova chave",
    apiKeyDone: "Pronto, apagar",
    apiBack: "Todas as chaves",
    apiStyle: (style) =>
      `Depois de outro SMS: ${{ wait: "WAIT_CODE", retry: "WAIT_RETRY", resend: "WAIT_RESEND" }[style]}`,
    apiScope: (to) => (to === "read" ? "Só leitura" : "Permitir compras"),
    apiRotate: "Trocar a chave",
    apiHookTest: "Chamada de teste",
    apiRevoke: "Revogar",
    apiRevokeSure: "Sim, revogar",
  },
  messages: {
    apiIntro:
      "<b>API para revendedores</b>\nSua ferramenta compra números aqui com uma chave: o mesmo saldo, os mesmos preços. Informe o endereço da loja e a chave onde a ferramenta pede servidor e chave de API.",
    apiTerms:
      "<b>Termos da API</b>\nO que sua ferramenta compra foi comprado por você. Você responde por seus clientes e pelo que fazem com os números; serviços que não são vendidos aqui também são proibidos para eles. Um número sem código não custa nada. Se chegarem poucos códigos, a API fecha por uma hora. Ao aceitar, você aceita também /terms.",
    apiKeys: ({ count, max }) => `Chaves: ${count} de ${max}`,
    apiShownOnce:
      "Esta é a sua chave. Ela aparece só agora e some em um minuto: copie para a ferramenta. Quem tiver a chave pode gastar seu saldo.",
    apiTooMany: "Você tem cinco chaves. Revogue uma antes.",
    apiRevoked: "Revogada. Não compra mais nada.",
    apiDigest: ({ day, sold, codes, spent }) =>
      `<b>API, ${day} (UTC)</b>\nNúmeros: ${sold}\nCódigos recebidos: ${codes}\nGasto: ${spent}`,
    apiNotUnderstood: "Não entendi. Escreva como está no cartão da chave.",
    apiKey: (view) =>
      [
        `Pode: ${view.scope === "buy" ? "ler e comprar" : "só ler"}`,
        `Preço máximo: ${view.maxPrice ?? "sem limite"}`,
        `Máximo por dia: ${view.dailyCap ?? "sem limite"}`,
        `Pedidos abertos no máximo: ${view.maxOpen ?? "sem limite"}`,
        `Endereços: ${view.addresses ?? "todos"}`,
        `Último uso: ${view.lastUse ?? "nunca"}`,
        ...(view.endsAt ? [`Funciona até: ${view.endsAt}`] : []),
      ].join("\n"),
    apiHowToChange: ({ keyId }) =>
      `Para mudar um limite, escreva uma destas linhas (- remove):\n<code>/api ${keyId} price 0.50</code>\n<code>/api ${keyId} day 20</code>\n<code>/api ${keyId} open 10</code>\n<code>/api ${keyId} addresses 203.0.113.7 10.0.0.0/8</code>\n<code>/api ${keyId} name My shop</code>`,
    apiAskRevoke: "Revogar esta chave? As ferramentas que a usam param na hora.",
    apiHook: ({ url, isOff, last }) =>
      [
        `Webhook: ${url}`,
        ...(isOff ? ["desligado após um dia de falhas; defina o endereço de novo para ligar"] : []),
        ...(last ? [`última chamada: ${last}`] : []),
      ].join("\n"),
    apiHookSecret:
      "Este é o segredo do seu webhook: as chamadas são assinadas com ele. Só é mostrado agora e some em um minuto.",
    apiHookRefused:
      "Este endereço não pode ser chamado. Deve começar com https://, sem nome e senha, e ser de um servidor público.",
    apiHookSent:
      "A chamada de teste está a caminho. Abra a chave de novo em alguns segundos para ver o resultado.",
    apiHookOff: ({ name }) =>
      `O webhook da sua chave de API <b>${name}</b> não aceitou nenhuma chamada por um dia e foi desligado. Nada se perde: pedidos e códigos podem ser consultados. Defina o endereço de novo em /api quando seu servidor funcionar.`,
    apiNewNetwork: ({ name, network }) =>
      `Sua chave de API <b>${name}</b> acabou de ser usada de uma rede nova: ${network}. Se não foi você, revogue-a em /api.`,
  },
};
