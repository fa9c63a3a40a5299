import type { ResellerTexts } from "../subjects/reseller.ts";

export const reseller: ResellerTexts = {
  labels: {
    apiAccept: "Accept and go on",
    apiNewKey: "New key",
    apiKeyDone: "Done, remove it",
    apiBack: "All keys",
    apiStyle: (style) =>
      `After another SMS: ${{ wait: "WAIT_CODE", retry: "WAIT_RETRY", resend: "WAIT_RESEND" }[style]}`,
    apiScope: (to) => (to === "read" ? "Only reading" : "Allow buying"),
    apiRotate: "New key for it",
    apiHookTest: "Test call",
    apiRevoke: "Revoke",
    apiRevokeSure: "Yes, revoke it",
  },
  messages: {
    apiIntro:
      "<b>API for resellers</b>\nYour tool buys numbers here with a key: the same balance, the same prices. Set the shop's address and the key where your tool asks for a server and an API key.",
    apiTerms:
      "<b>Terms of the API</b>\nWhat your tool buys, you have bought. You answer for your own customers and for what they do with the numbers; services that are not sold here stay forbidden to them. A number that gets no code costs nothing. If too few of your numbers get codes, the API closes for an hour. By accepting you also accept /terms.",
    apiKeys: ({ count, max }) => `Keys: ${count} of ${max}`,
    apiShownOnce:
      "This is your key. It is shown only now and removed in a minute: copy it into your tool. Whoever has it can spend your balance.",
    apiTooMany: "You have five keys. Revoke one first.",
    apiRevoked: "Revoked. It buys nothing any more.",
    apiDigest: ({ day, sold, codes, spent }) =>
      `<b>API, ${day} (UTC)</b>\nNumbers: ${sold}\nCodes received: ${codes}\nSpent: ${spent}`,
    apiNotUnderstood: "I did not understand that. Please write it as shown on the key's card.",
    apiKey: (view) =>
      [
        `May: ${view.scope === "buy" ? "read and buy" : "only read"}`,
        `Highest price: ${view.maxPrice ?? "not set"}`,
        `A day at most: ${view.dailyCap ?? "not set"}`,
        `Open orders at most: ${view.maxOpen ?? "not set"}`,
        `Addresses: ${view.addresses ?? "any"}`,
        `Last used: ${view.lastUse ?? "never"}`,
        ...(view.endsAt ? [`Works until: ${view.endsAt}`] : []),
      ].join("\n"),
    apiHowToChange: ({ keyId }) =>
      `To change a limit, write one of these (- removes it):\n<code>/api ${keyId} price 0.50</code>\n<code>/api ${keyId} day 20</code>\n<code>/api ${keyId} open 10</code>\n<code>/api ${keyId} addresses 203.0.113.7 10.0.0.0/8</code>\n<code>/api ${keyId} name My shop</code>`,
    apiAskRevoke: "Revoke this key? Tools that use it stop working at once.",
    apiHook: ({ url, isOff, last }) =>
      [
        `Webhook: ${url}`,
        ...(isOff ? ["off after a day of failures; set it again to switch it on"] : []),
        ...(last ? [`last call: ${last}`] : []),
      ].join("\n"),
    apiHookSecret:
      "This is the secret of your webhook: calls are signed with it. It is shown only now and removed in a minute.",
    apiHookRefused:
      "This address cannot be called. It has to begin with https://, without a name and password in it, and belong to a public server.",
    apiHookSent: "The test call is on its way. Open the key again in a few seconds to see what came of it.",
    apiHookOff: ({ name }) =>
      `The webhook of your API key <b>${name}</b> took no call for a day, so it is switched off. Nothing is lost: orders and codes are there to be asked for. Set the address again in /api when your server works.`,
    apiNewNetwork: ({ name, network }) =>
      `Your API key <b>${name}</b> was just used from a network that it was never used from before: ${network}. If that was not you, revoke it in /api.`,
  },
};
