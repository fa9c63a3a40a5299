/** The published package has no types. */
declare module "sms-activate" {
  export default class SMSActivate {
    constructor(key: string);
    readonly session: { readonly defaults: { baseURL: string } };
    getBalance(): Promise<number>;
    getNumber(service: string, country: number): Promise<{ id: number; number: number } | null>;
    setStatus(id: number, status: number): Promise<string>;
    getCode(id: number): Promise<string | null>;
  }
}
