import type { RefusalWords } from "../../parsing/refusals.ts";

/** Every refusal token that a supplier documents or was seen to answer. */
const tokens: RefusalWords["tokens"] = {
  NO_NUMBERS: "no_stock",
  NO_NUMBER: "no_stock",
  NO_PROVIDERS: "no_stock",

  WRONG_MAX_PRICE: "price_moved",
  MAX_PRICE_EXCEEDED: "price_moved",

  NO_BALANCE: "no_funds",
  LOW_BALANCE: "no_funds",
  NO_MONEY: "no_funds",
  NO_BALANCE_FORWARD: "no_funds",

  BAD_KEY: "bad_credentials",
  NO_KEY: "bad_credentials",
  WRONG_API_KEY: "bad_credentials",
  ERROR_WRONG_KEY: "bad_credentials",
  BAD_API_KEY: "bad_credentials",
  NO_ACCESS: "bad_credentials",

  BANNED: "suspended",
  CHANNELS_LIMIT: "suspended",
  ACCOUNT_INACTIVE: "suspended",
  WRONG_SECURITY: "suspended",

  BAD_SERVICE: "bad_mapping",
  WRONG_SERVICE: "bad_mapping",
  BAD_COUNTRY: "bad_mapping",
  WRONG_COUNTRY: "bad_mapping",
  WRONG_OPERATOR: "bad_mapping",
  SERVICE_NOT_AVAILABLE: "bad_mapping",
  SERVICE_UNAVAILABLE_REGION: "bad_mapping",
  UNPROCESSABLE_ENTITY: "bad_mapping",

  NO_ACTIVATION: "unknown_order",
  WRONG_ACTIVATION_ID: "unknown_order",
  NOT_FOUND: "unknown_order",
  ACTIVATION_NOT_ACTIVE: "unknown_order",
  BAD_STATUS: "unknown_order",

  EARLY_CANCEL_DENIED: "too_early",
  OTP_RECEIVED: "has_sms",
  NEW_OTP_RECEIVED: "has_sms",
  FREE_CANCELLATION_EXPIRED: "window_over",

  RATE_LIMIT: "rate_limited",
  ORDER_ALREADY_EXISTS: "refused",
  // These concern parameters of the account or of ours, not the service or the country.
  WRONG_EXCEPTION_PHONE: "refused",
  BAD_MAX_PRICE: "refused",
  BAD_ACTION: "unsupported",

  ERROR_SQL: "unavailable",
  SQL_ERROR: "unavailable",
  SERVER_ERROR: "unavailable",
  INTERNAL_ERROR: "unavailable",
  INTERNAL_SERVER_ERROR: "unavailable",
  UNKNOWN_ERROR: "unavailable",
  TIMEOUT: "unavailable",
};

/** The refusals of all suppliers in one table: no word has different meanings at different suppliers. */
export const refusals: RefusalWords = {
  tokens,
  sentences: [
    [/prohibited for sale/i, "bad_mapping"],
    [/^error code: \d+/i, "unavailable"],
  ],
};
