import type { ResellerTexts } from "../subjects/reseller.ts";

export const reseller: ResellerTexts = {
  labels: {
    apiAccept: "Aceptar y seguir",
    apiNewKey: "Nueva clave",
    apiKeyDone: "Listo, bórrala",
    apiBack: "Todas las claves",
    apiStyle: (style) =>
      `Tras pedir otro SMS: ${{ wait: "WAIT_CODE", retry: "WAIT_RETRY", resend: "WAIT_RESEND" }[style]}`,
    apiScope: (to) => (to === "read" ? "Solo lectura" : "Permitir compras"),
    apiRotate: "Cambiar la clave",
    apiHookTest: "Llamada de prueba",
    apiRevoke: "Revocar",
    apiRevokeSure: "Sí, revocarla",
  },
  messages: {
    apiIntro:
      "<b>API para revendedores</b>\nTu herramienta compra números aquí con una clave: el mismo saldo, los mismos precios. Pon la dirección de la tienda y la clave donde la herramienta pide servidor y clave de API.",
    apiTerms:
      "<b>Condiciones de la API</b>\nLo que compra tu herramienta lo has comprado tú. Respondes de tus clientes y de lo que hagan con los números; los servicios que no se venden aquí también les están prohibidos. Un número sin código no cuesta nada. Si llegan muy pocos códigos, la API se cierra una hora. Al aceptar, aceptas también /terms.",
    apiKeys: ({ count, max }) => `Claves: ${count} de ${max}`,
    apiShownOnce:
      "Esta es tu clave. Solo se muestra ahora y se borra en un minuto: cópiala en tu herramienta. Quien la tenga puede gastar tu saldo.",
    apiTooMany: "Tienes cinco claves. Revoca una primero.",
    apiRevoked: "Revocada. Ya no compra nada.",
    apiDigest: ({ day, sold, codes, spent }) =>
      `<b>API, ${day} (UTC)</b>\nNúmeros: ${sold}\nCódigos recibidos: ${codes}\nGastado: ${spent}`,
    apiNotUnderstood: "No lo entendí. Escríbelo como se muestra en la ficha de la clave.",
    apiKey: (view) =>
      [
        `Puede: ${view.scope === "buy" ? "leer y comprar" : "solo leer"}`,
        `Precio máximo: ${view.maxPrice ?? "sin límite"}`,
        `Máximo al día: ${view.dailyCap ?? "sin límite"}`,
        `Pedidos abiertos como máximo: ${view.maxOpen ?? "sin límite"}`,
        `Direcciones: ${view.addresses ?? "todas"}`,
        `Último uso: ${view.lastUse ?? "nunca"}`,
        ...(view.endsAt ? [`Funciona hasta: ${view.endsAt}`] : []),
      ].join("\n"),
    apiHowToChange: ({ keyId }) =>
      `Para cambiar un límite, escribe una de estas líneas (- lo quita):\n<code>/api ${keyId} price 0.50</code>\n<code>/api ${keyId} day 20</code>\n<code>/api ${keyId} open 10</code>\n<code>/api ${keyId} addresses 203.0.113.7 10.0.0.0/8</code>\n<code>/api ${keyId} name My shop</code>`,
    apiAskRevoke: "¿Revocar esta clave? Las herramientas que la usan dejarán de funcionar al momento.",
    apiHook: ({ url, isOff, last }) =>
      [
        `Webhook: ${url}`,
        ...(isOff ? ["apagado tras un día de fallos; escribe la dirección otra vez para encenderlo"] : []),
        ...(last ? [`última llamada: ${last}`] : []),
      ].join("\n"),
    apiHookSecret:
      "Este es el secreto de tu webhook: las llamadas van firmadas con él. Solo se muestra ahora y desaparece en un minuto.",
    apiHookRefused:
      "No se puede llamar a esta dirección. Debe empezar por https://, sin nombre ni contraseña, y ser de un servidor público.",
    apiHookSent:
      "La llamada de prueba está en camino. Abre la clave otra vez en unos segundos para ver el resultado.",
    apiHookOff: ({ name }) =>
      `El webhook de tu clave API <b>${name}</b> no aceptó ninguna llamada en un día y se ha apagado. No se pierde nada: los pedidos y códigos se pueden consultar. Escribe la dirección otra vez en /api cuando tu servidor funcione.`,
    apiNewNetwork: ({ name, network }) =>
      `Tu clave API <b>${name}</b> se acaba de usar desde una red nueva: ${network}. Si no fuiste tú, revócala en /api.`,
  },
};
