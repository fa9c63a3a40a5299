import { ActivationStatusCode, HeroSMSClient } from "hero-sms";
import SMSActivate from "sms-activate";

/** What a reseller's program does with a provider, whatever client it uses. */
export interface ProviderClient {
  balance(): Promise<string>;
  /** Null: this client cannot ask for it. */
  readonly price: (() => Promise<string>) | null;
  buy(): Promise<{ readonly id: number; readonly phone: string }>;
  /** Null: there is none yet. */
  code(id: number): Promise<string | null>;
  finish(id: number): Promise<string>;
}

/** How the terminal shows a step: the call as it stands in the program. */
export interface ClientScript {
  readonly id: string;
  readonly label: string;
  /** The lines with which a program begins to use it. */
  readonly setUp: readonly string[];
  connect(address: string, key: string): ProviderClient;
}

const SERVICE = "wa";
/** The United Kingdom. */
const COUNTRY = 16;

const heroSms: ClientScript = {
  id: "hero-sms",
  label: "hero-sms (npm)",
  setUp: [
    `import { HeroSMSClient } from "hero-sms";`,
    "const client = new HeroSMSClient({ apiKey, baseUrl });",
  ],
  connect(baseUrl, apiKey) {
    const client = new HeroSMSClient({ apiKey, baseUrl });
    return {
      balance: async () => String(await client.getBalance()),
      price: async () => JSON.stringify(await client.getPrices({ service: SERVICE, country: COUNTRY })),
      async buy() {
        const { activationId: id, phoneNumber: phone } = await client.getNumber({
          service: SERVICE,
          country: COUNTRY,
        });
        return { id, phone };
      },
      code: async (id) => (await client.getStatus(id)).code ?? null,
      finish: (id) => client.setStatus(id, ActivationStatusCode.COMPLETE),
    };
  },
};

const smsActivate: ClientScript = {
  id: "sms-activate",
  label: "sms-activate (npm)",
  setUp: [`const SMSActivate = require("sms-activate");`, "const client = new SMSActivate(apiKey);"],
  connect(address, key) {
    const client = new SMSActivate(key);
    client.session.defaults.baseURL = address;
    return {
      balance: async () => String(await client.getBalance()),
      price: null,
      async buy() {
        const bought = await client.getNumber(SERVICE, COUNTRY);
        if (!bought) throw new Error("no number");
        return { id: bought.id, phone: String(bought.number) };
      },
      code: (id) => client.getCode(id),
      finish: (id) => client.setStatus(id, 6),
    };
  },
};

/** The requests as `curl` would send them. */
const curl: ClientScript = {
  id: "curl",
  label: "curl",
  setUp: [],
  connect(address, key) {
    const ask = async (action: string, more: Readonly<Record<string, string>> = {}): Promise<string> => {
      const query = new URLSearchParams({ api_key: key, action, ...more });
      const response = await fetch(`${address}?${query}`, { signal: AbortSignal.timeout(30_000) });
      return await response.text();
    };
    const product = { service: SERVICE, country: String(COUNTRY) };
    return {
      balance: () => ask("getBalance"),
      price: () => ask("getPrices", product),
      async buy() {
        const answer = await ask("getNumber", product);
        const [, id, phone] = /^ACCESS_NUMBER:(\d+):(\d+)$/.exec(answer) ?? [];
        if (id === undefined || phone === undefined) throw new Error(answer);
        return { id: Number(id), phone };
      },
      async code(id) {
        const answer = await ask("getStatus", { id: String(id) });
        return answer.startsWith("STATUS_OK:") ? answer.slice("STATUS_OK:".length) : null;
      },
      finish: (id) => ask("setStatus", { id: String(id), status: "6" }),
    };
  },
};

export const clientScripts: readonly ClientScript[] = [heroSms, smsActivate, curl];
