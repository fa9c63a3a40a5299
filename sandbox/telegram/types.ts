import type { User } from "grammy/types";

/** A message entity on the wire; offsets and lengths are UTF-16 code units. */
export interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string | undefined;
  readonly language?: string | undefined;
  readonly user?: User | undefined;
  readonly custom_emoji_id?: string | undefined;
  readonly unix_time?: number | undefined;
  readonly date_time_format?: string | undefined;
}

/** Text without markup, and its entities. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly Entity[];
}

/** An inline button as the bot sent it; exactly one action field is set. */
export interface InlineButton {
  readonly text: string;
  readonly style?: string | undefined;
  readonly callback_data?: string | undefined;
  readonly url?: string | undefined;
  readonly copy_text?: { readonly text: string } | undefined;
  readonly switch_inline_query?: string | undefined;
  readonly switch_inline_query_current_chat?: string | undefined;
  readonly switch_inline_query_chosen_chat?: object | undefined;
  readonly web_app?: { readonly url: string } | undefined;
  readonly login_url?: object | undefined;
  readonly disabled?: object | undefined;
  readonly pay?: boolean | undefined;
}

export type ButtonRows = readonly (readonly InlineButton[])[];

/** What a message holds. Payments and refunds are service messages. */
export type Content =
  | { readonly kind: "text"; readonly body: FormattedText }
  | { readonly kind: "photo"; readonly fileId: string; readonly body: FormattedText }
  | {
      readonly kind: "document";
      readonly fileId: string;
      readonly fileName: string;
      readonly body: FormattedText;
    }
  | { readonly kind: "invoice"; readonly invoice: Invoice; readonly paid: boolean }
  | { readonly kind: "payment"; readonly payment: Payment }
  | { readonly kind: "refund"; readonly payment: Payment };

export interface Invoice {
  readonly title: string;
  readonly description: string;
  readonly payload: string;
  readonly startParameter: string;
  readonly stars: number;
}

export interface Payment {
  readonly chargeId: string;
  readonly userId: number;
  readonly stars: number;
  readonly payload: string;
}

/** A message as the server keeps it. */
export interface StoredMessage {
  readonly messageId: number;
  readonly chatId: number;
  readonly from: User;
  readonly sentAt: Date;
  readonly content: Content;
  readonly buttons: ButtonRows | undefined;
  readonly replyKeyboard: readonly (readonly string[])[] | undefined;
  readonly replyToMessageId: number | undefined;
  readonly threadId: number | undefined;
  readonly forwardedFrom: User | undefined;
  readonly viaBot: boolean;
  readonly silent: boolean;
  readonly editedAt: Date | undefined;
  readonly revision: number;
}

/** A message as a person looking at the chat sees it now. */
export interface TranscriptMessage {
  readonly chatId: number;
  readonly messageId: number;
  readonly from: { readonly id: number; readonly isBot: boolean; readonly name: string };
  readonly sentAt: Date;
  readonly kind: Content["kind"];
  /** Text or caption; an invoice shows its title and description, a payment a sentence. */
  readonly text: string;
  readonly entities: readonly Entity[];
  readonly buttons: ButtonRows;
  /** The last reply keyboard this message put under the input field, as rows of labels. */
  readonly replyKeyboard?: readonly (readonly string[])[];
  readonly edited: boolean;
  /** 1 for a message as it was sent, one more after each edit that changed it. */
  readonly revision: number;
  readonly silent: boolean;
  readonly replyToMessageId?: number;
  /** The topic of a group that has them. */
  readonly threadId?: number;
  readonly fileId?: string;
  readonly fileName?: string;
  readonly invoice?: Invoice & { readonly paid: boolean };
  readonly payment?: Payment;
}

/** One request that the bot made. */
export interface ApiCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly at: Date;
  readonly ok: boolean;
  /** HTTP status of the answer; 0 where the connection was destroyed instead. */
  readonly status: number;
  readonly description?: string;
}

export type TelegramEvent =
  | { readonly type: "message_sent"; readonly message: TranscriptMessage }
  | { readonly type: "message_edited"; readonly message: TranscriptMessage }
  | {
      readonly type: "message_deleted";
      readonly chatId: number;
      readonly messageId: number;
      readonly by: "bot" | "user";
    }
  | { readonly type: "toast"; readonly userId: number; readonly text: string; readonly showAlert: boolean }
  | {
      readonly type: "invoice_paid" | "refunded";
      readonly userId: number;
      readonly stars: number;
      readonly chargeId: string;
    }
  | {
      readonly type: "update_delivered";
      readonly updateId: number;
      readonly kind: string;
      readonly via: "polling" | "webhook";
    }
  /** A getUpdates call found nothing and waits. */
  | { readonly type: "poll_waiting" }
  | { readonly type: "api_call"; readonly call: ApiCall };

/** The effect of a fault on one request. */
export type FaultAction =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly description: string;
      readonly retryAfter?: number;
    }
  /** The connection is destroyed before the method has any effect. */
  | { readonly kind: "drop_before" }
  /** The method has its effect, then the connection is destroyed. */
  | { readonly kind: "drop_after" }
  /** Real milliseconds, not the injected clock's. */
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "html"; readonly status: number }
  /** Never answered; the method has no effect. */
  | { readonly kind: "hang" };

export interface Fault {
  /** A method name (case does not matter) or a pattern; every method when left out. */
  readonly method?: string | RegExp;
  /** Only calls with this `chat_id`. */
  readonly chatId?: number;
  /** How many calls it hits; 1 when left out. */
  readonly times?: number;
  readonly action: FaultAction;
}

/** What is allowed, by the injected clock; no limit where nothing is set. */
export interface Limits {
  /** Sends and edits in all chats in any second. */
  readonly perSecond?: number;
  /** Sends in a chat at once; then one a second. */
  readonly perChatBurst?: number;
  /** Edits in a chat in any 60 seconds; its sends count as edits. */
  readonly editsPerChatPerMinute?: number;
  /** Sends and edits in a chat in any 60 seconds. */
  readonly perChatPerMinute?: number;
  /** Sends and edits in a group in any 60 seconds. */
  readonly perGroupPerMinute?: number;
}
