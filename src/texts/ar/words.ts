/** What a buyer could type. */
export const example = "whatsapp مصر";
