import { counted } from "../plural.ts";
import type { LegalTexts } from "../subjects/legal.ts";

export const legal: LegalTexts = {
  privacy: ({ hours, contact }) =>
    [
      "<b>Privacidade</b>",
      "Guardamos seu id do Telegram, seu @nome e seu primeiro nome lá, seu idioma, seus pedidos e seus pagamentos. Nada mais sobre você.",
      `Textos e códigos de SMS são apagados ${counted("pt", hours, { one: "hora", other: "horas" })} depois de chegar.`,
      "Pagamentos e pedidos ficam pelo tempo que a lei e a contabilidade exigem.",
      "Os fornecedores veem o serviço e o país que você pede, nunca quem você é.",
      "Se você apagar seus dados, guardamos um hash com chave no lugar do seu id do Telegram, com bloqueio, marca de reembolso ou dívida, os códigos promocionais que você usou, e por 48 horas quantos pedidos você fez, para que ninguém anule isso assim. Dos comprovantes só ficam resumos.",
      contact ? `Perguntas: ${contact}` : "",
      "Você pode apagar seus dados com o botão abaixo.",
    ]
      .filter((line) => line !== "")
      .join("\n"),
  terms: ({ version, contact }) =>
    [
      `<b>Termos</b> (versão ${version})`,
      "1. Você aluga um número por pouco tempo para receber SMS. Ele não fica com você.",
      "2. O preço fica reservado no pedido e é cobrado com o primeiro SMS. Se nenhum chegar, é devolvido.",
      "3. O saldo é para números desta loja. Se um pagamento falhar, use /paysupport.",
      "4. Não use números para fraude, spam, bancos ou para se passar por outra pessoa. Essas contas são fechadas.",
      "5. Siga as regras dos serviços onde se cadastra e a lei do seu país.",
      "6. Cada aplicativo decide se aceita um número. Um pedido sem código não custa nada.",
      contact ? `7. Contato: ${contact}` : "",
    ]
      .filter((line) => line !== "")
      .join("\n"),
};
