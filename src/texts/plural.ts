/** Word forms by CLDR category; `other` is always there. */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** "1 order", "5 orders", "5 заказов": the number and its word, by the language's own rules. */
export function counted(language: string, count: number, forms: PluralForms): string {
  return `${count} ${forms[new Intl.PluralRules(language).select(count)] ?? forms.other}`;
}
