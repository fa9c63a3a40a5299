import type { OutboxMessage } from "./messages.ts";

/** What the operators' group is divided into, where it has topics. */
export const operatorTopics = ["money", "trouble", "questions", "report"] as const;
export type OperatorTopic = (typeof operatorTopics)[number];

/** Notices that are about money, or only for information. All others are trouble, until somebody says otherwise here. */
const topicOfNotice: Readonly<Record<string, OperatorTopic>> = {
  adjusted: "money",
  crypto_pay_amount: "money",
  crypto_pay_nobody: "money",
  possible_loss: "money",
  refund_debt: "money",
  refund_refused: "money",
  stray_lost: "money",
  broadcast_done: "report",
  broadcast_deleted: "report",
  resumed: "report",
  staff_joined: "report",
};

/** The topic that this message for operators belongs to. */
export function topicOf(message: OutboxMessage): OperatorTopic {
  switch (message.kind) {
    case "manual_claim":
      return "money";
    case "dispute":
      return "questions";
    case "daily_report":
      return "report";
    case "operator_notice": {
      const { notice, params } = message;
      if (notice === "queue_waiting") return params.kind === "question" ? "questions" : "money";
      return (Object.hasOwn(topicOfNotice, notice) && topicOfNotice[notice]) || "trouble";
    }
    default:
      return "trouble";
  }
}
