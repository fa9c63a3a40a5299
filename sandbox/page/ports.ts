/**
 * What the chat page needs from the rest of the sandbox. The page does not depend on bots, databases or providers; its
 * caller passes implementations of these interfaces.
 */

/** A formatted part of a message; `offset` and `length` count UTF-16 code units, as the Bot API does. */
export interface TextEntity {
  /** The Bot API's entity type ("bold", "code", "date_time", …). Unknown types are shown as plain text. */
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  /** For "text_link". */
  readonly url?: string;
  /** For "date_time": unix seconds. */
  readonly unixTime?: number;
  /** For "date_time": "r" (relative) or a mix of w, d/D and t/T. */
  readonly format?: string;
}

export type ButtonStyle = "primary" | "success" | "danger";

interface ButtonBase {
  readonly text: string;
  readonly style?: ButtonStyle;
}

/** A button under a message. Callback data stays on the server: a press names the button's position. */
export type ChatButton =
  | (ButtonBase & { readonly kind: "press" })
  | (ButtonBase & { readonly kind: "copy"; readonly copyText: string })
  | (ButtonBase & { readonly kind: "link"; readonly url: string })
  | (ButtonBase & { readonly kind: "pay" })
  /** Puts the bot's name and this text into the message field. */
  | (ButtonBase & { readonly kind: "query"; readonly query: string })
  /** A link to this bot: it opens this chat with `/start` and the payload. */
  | (ButtonBase & { readonly kind: "start"; readonly payload: string })
  /** Passes a link to somebody else on; the payload is that of a link to this bot. */
  | (ButtonBase & { readonly kind: "share"; readonly url: string; readonly payload: string })
  | (ButtonBase & { readonly kind: "disabled" })
  | (ButtonBase & { readonly kind: "unsupported" });

export interface ChatInvoice {
  readonly title: string;
  readonly description: string;
  /** Whole Stars. */
  readonly stars: number;
  readonly paid: boolean;
}

export interface ChatMessage {
  readonly id: number;
  readonly from: "bot" | "person";
  /** Unix seconds of the simulated clock. */
  readonly sentAt: number;
  readonly edited: boolean;
  /** Grows with each edit; a press names the revision that the person saw. */
  readonly revision: number;
  readonly text: string;
  readonly entities: readonly TextEntity[];
  readonly keyboard: readonly (readonly ChatButton[])[];
  readonly invoice: ChatInvoice | null;
  /** An attached file, which can be downloaded, or a photo. */
  readonly attachment: { readonly name: string; readonly isFile: boolean } | null;
  /** Set on service messages ("You paid 40 Stars"), which have no bubble. */
  readonly notice: string | null;
}

export interface PressAnswer {
  readonly text: string;
  /** True: shown as a dialog that must be closed; false: a toast. */
  readonly isAlert: boolean;
}

export type PaymentResult = { readonly ok: true } | { readonly ok: false; readonly errorMessage: string };

/** What can be picked below the message field. */
export interface InlineChoice {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

export interface InlineChoices {
  readonly choices: readonly InlineChoice[];
  /** Empty: there are no more. */
  readonly nextOffset: string;
}

/** One private chat between a pretend person and the bot. */
export interface ChatPerson {
  readonly id: number;
  readonly firstName: string;
  /** Oldest first, as the chat looks now. */
  messages(): readonly ChatMessage[];
  send(text: string): Promise<void>;
  /** Resolves when the bot has answered the press. Null: an answer without text, or no answer in time. */
  press(messageId: number, row: number, column: number): Promise<PressAnswer | null>;
  /** Pays the invoice of that message in pretend Stars, pre-checkout included. */
  pay(messageId: number): Promise<PaymentResult>;
  /** Asks the bot in inline mode. Null: no answer in time. */
  ask(query: string, offset: string): Promise<InlineChoices | null>;
  /** Sends one of the choices of the latest query. False: it is not among them. */
  pick(choiceId: string): boolean;
  /** The content of the file or photo that this message has. */
  file(messageId: number): { readonly name: string; readonly bytes: Uint8Array } | null;
}

export type ChatEvent =
  | { readonly kind: "message"; readonly userId: number; readonly message: ChatMessage }
  | { readonly kind: "deleted"; readonly userId: number; readonly messageId: number }
  | { readonly kind: "refunded"; readonly userId: number; readonly stars: number };

export interface BotCommand {
  readonly command: string;
  readonly description: string;
}

/** What the bot tells of itself, in the person's language. */
export interface ShopProfile {
  readonly name: string;
  /** Without "@". */
  readonly username: string;
  readonly description: string;
  readonly hasPicture: boolean;
}

/** The parts of the pretend Telegram that the page uses. */
export interface ChatServer {
  profile(languageCode: string): ShopProfile;
  /** JPEG. */
  picture(): Uint8Array | null;
  commands(userId: number, languageCode: string): readonly BotCommand[];
  createPerson(profile: { readonly firstName: string; readonly languageCode: string }): ChatPerson;
  /** Called for new and edited messages, deletions and refunds, in order. Returns the way to stop. */
  subscribe(listener: (event: ChatEvent) => void): () => void;
}

export interface WalletInsight {
  /** Micro-dollars as decimal digits. */
  readonly availableMicros: string;
  readonly heldMicros: string;
}

export interface OrderInsight {
  /** A state of orders/state.ts. */
  readonly state: string;
  readonly service: string;
  readonly country: string;
  readonly provider: string | null;
  /** Decimal dollars without a sign ("0.48"). */
  readonly priceUsd: string;
  readonly costUsd: string | null;
  /** Known once the sale is charged. */
  readonly profitUsd: string | null;
}

export interface ProviderCall {
  /** ISO 8601. */
  readonly at: string;
  readonly provider: string;
  readonly method: string;
  /** Without keys. */
  readonly path: string;
  /** HTTP status; null: the connection broke or timed out. */
  readonly status: number | null;
  readonly ms: number;
  readonly note: string;
}

export interface InsightEvent {
  readonly at: string;
  readonly text: string;
}

/** The content of the insight panel for one buyer. Lists are newest first. */
export interface Insight {
  readonly wallet: WalletInsight | null;
  readonly order: OrderInsight | null;
  readonly providerCalls: readonly ProviderCall[];
  readonly events: readonly InsightEvent[];
  /** ISO 8601 by the simulated clock. */
  readonly simulatedNow: string;
  /** Simulated seconds per real second. */
  readonly speed: number;
}

export interface InsightSource {
  current(userId: number): Promise<Insight>;
  /** Called when anything in any insight may have changed. */
  subscribe(listener: () => void): () => void;
}

/** A button beside the chat that changes how the pretend world behaves. */
export interface Scenario {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** One of several, something that is on or off, or something that happens once. */
  readonly kind: "choice" | "switch" | "action";
  active(): boolean;
  /** Resolves to a sentence for the visitor where the chat itself shows nothing. */
  run(): Promise<string | undefined>;
}
