import type { ResellerTexts } from "../subjects/reseller.ts";

export const reseller: ResellerTexts = {
  labels: {
    apiAccept: "Принять и продолжить",
    apiNewKey: "Новый ключ",
    apiKeyDone: "Готово, удалить",
    apiBack: "Все ключи",
    apiStyle: (style) =>
      `После ещё одной SMS: ${{ wait: "WAIT_CODE", retry: "WAIT_RETRY", resend: "WAIT_RESEND" }[style]}`,
    apiScope: (to) => (to === "read" ? "Только чтение" : "Разрешить покупки"),
    apiRotate: "Заменить ключ",
    apiRevoke: "Отозвать",
    apiRevokeSure: "Да, отозвать",
  },
  messages: {
    apiIntro:
      "<b>API для реселлеров</b>\nВаша программа покупает здесь номера по ключу: тот же баланс, те же цены. Укажите адрес магазина и ключ там, где программа просит сервер и API-ключ.",
    apiTerms:
      "<b>Условия API</b>\nВсё, что купила ваша программа, купили вы. Вы отвечаете за своих клиентов и за то, что они делают с номерами; сервисы, которые здесь не продаются, запрещены и им. Номер без кода ничего не стоит. Если коды приходят слишком редко, API закрывается на час. Принимая это, вы принимаете и /terms.",
    apiKeys: ({ count, max }) => `Ключи: ${count} из ${max}`,
    apiShownOnce:
      "Это ваш ключ. Он показан только сейчас и исчезнет через минуту: скопируйте его в программу. У кого есть ключ, тот может тратить ваш баланс.",
    apiTooMany: "У вас пять ключей. Сначала отзовите один.",
    apiRevoked: "Отозван. По нему больше ничего не купить.",
    apiDigest: ({ day, sold, codes, spent }) =>
      `<b>API, ${day} (UTC)</b>\nНомеров: ${sold}\nПолучено кодов: ${codes}\nПотрачено: ${spent}`,
    apiNotUnderstood: "Не понял. Напишите, пожалуйста, так, как показано на карточке ключа.",
    apiKey: (view) =>
      [
        `Может: ${view.scope === "buy" ? "читать и покупать" : "только читать"}`,
        `Высшая цена: ${view.maxPrice ?? "не задано"}`,
        `Не больше в день: ${view.dailyCap ?? "не задано"}`,
        `Открытых заказов не больше: ${view.maxOpen ?? "не задано"}`,
        `Адреса: ${view.addresses ?? "любые"}`,
        `Последнее использование: ${view.lastUse ?? "никогда"}`,
        ...(view.endsAt ? [`Работает до: ${view.endsAt}`] : []),
      ].join("\n"),
    apiHowToChange: ({ keyId }) =>
      `Чтобы изменить ограничение, напишите одну из строк (- снимает его):\n<code>/api ${keyId} price 0.50</code>\n<code>/api ${keyId} day 20</code>\n<code>/api ${keyId} open 10</code>\n<code>/api ${keyId} addresses 203.0.113.7 10.0.0.0/8</code>\n<code>/api ${keyId} name My shop</code>`,
    apiAskRevoke: "Отозвать этот ключ? Программы с ним сразу перестанут работать.",
  },
};
