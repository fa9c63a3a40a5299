/** What Telegram shows of the bot outside of its messages. Plain text. */
export interface ProfileTexts {
  readonly commands: Readonly<Record<"buy" | "orders" | "balance" | "topup" | "promo" | "help", string>>;
  /** At most 64 characters. Used only where the operator gave the bot no name. */
  readonly botName: string;
  /** At most 512 characters: shown in an empty chat. */
  readonly description: string;
  /** At most 120 characters: shown in the profile. */
  readonly shortDescription: string;
}
