/** What the keys of {@link chosenKey} begin with; the Telegram id follows. */
export const chosenPrefix = "chosen:";

/** Where `conversation_states` keeps the list that this person looks at; deleted with the person's data. */
export function chosenKey(telegramId: number | bigint): string {
  return `${chosenPrefix}${telegramId}`;
}
