/** Where `conversation_states` keeps the list that this person looks at; deleted with the person's data. */
export function chosenKey(telegramId: number | bigint): string {
  return `chosen:${telegramId}`;
}
