import { type Api, GrammyError } from "grammy";
import { type StarsApi, StarsRefundRefused, type StarTransaction } from "../topups/topup-deps.ts";

type Transactions = Awaited<ReturnType<Api["getStarTransactions"]>>["transactions"];

/** The Bot API's Star methods as top-ups need them. */
export function createStarsApi(api: Pick<Api, "refundStarPayment" | "getStarTransactions">): StarsApi {
  return {
    async refund(telegramId, chargeId) {
      try {
        await api.refundStarPayment(telegramId, chargeId);
      } catch (error) {
        if (!(error instanceof GrammyError)) throw error;
        // The refund that we ask for a second time, because the first answer was lost.
        if (error.description.includes("CHARGE_ALREADY_REFUNDED")) return;
        // 400: the charge cannot be refunded. 403: the account is gone, or closed to us. Both for good.
        if (error.error_code === 400 || error.error_code === 403)
          throw new StarsRefundRefused(error.description, { cause: error });
        throw error;
      }
    },
    async transactions(offset, limit) {
      const { transactions } = await api.getStarTransactions({ offset, limit });
      return transactions.map(toTransaction);
    },
  };
}

/** An incoming payment has a source, a refund a receiver; gifts, withdrawals and the like are not ours to book. */
function toTransaction(transaction: Transactions[number]): StarTransaction {
  const { source, receiver } = transaction;
  const common = { id: transaction.id, stars: transaction.amount, at: new Date(transaction.date * 1000) };
  if (source?.type === "user" && source.transaction_type === "invoice_payment") {
    return {
      ...common,
      direction: "in",
      telegramId: source.user.id,
      payload: source.invoice_payload ?? null,
    };
  }
  if (receiver?.type === "user")
    return { ...common, direction: "out", telegramId: receiver.user.id, payload: null };
  return { ...common, direction: "other", telegramId: null, payload: null };
}
