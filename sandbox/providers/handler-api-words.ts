import type { Context } from "hono";

/** Answers a refusal: as a plain token with status 200, or as `{title, details, info}` with an error status. */
export type Refuse = (context: Context, word: string, info?: Readonly<Record<string, unknown>>) => Response;

/** True for suppliers that answer refusals with an error status. */
export function hasStatuses(dialect: string): boolean {
  return dialect === "herosms" || dialect === "tiger";
}

const statuses: Readonly<Record<string, 400 | 401 | 402 | 404 | 409>> = {
  BAD_API_KEY: 401,
  NO_BALANCE: 402,
  NO_NUMBERS: 404,
  NOT_FOUND: 404,
  EARLY_CANCEL_DENIED: 409,
  NEW_OTP_RECEIVED: 409,
  ACTIVATION_NOT_ACTIVE: 409,
};
/** The names of refusals at suppliers with error statuses, where they differ. */
const renamed: Readonly<Record<string, string>> = {
  BAD_KEY: "BAD_API_KEY",
  NO_ACTIVATION: "NOT_FOUND",
  BAD_STATUS: "ACTIVATION_NOT_ACTIVE",
};

export function refuseIn(dialect: string): Refuse {
  if (hasStatuses(dialect)) {
    return (context, word, info = {}) => {
      const title = renamed[word] ?? word.replace(/:.*$/, "");
      return context.json({ title, details: "pretended", info }, statuses[title] ?? 400);
    };
  }
  return (context, word) => {
    if (dialect === "smsbower" && word === "BAD_KEY") {
      return context.json({ status: 0, message: "No access", data: [] }, 401);
    }
    return context.text(word);
  };
}
