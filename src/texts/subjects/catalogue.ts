import type { Html } from "../html.ts";

/** Finding a number and agreeing to its price. */
export interface CatalogueTexts {
  readonly labels: {
    readonly browse: string;
    readonly search: string;
    readonly alphabetical: string;
    readonly popular: string;
    readonly repeat: (what: string) => string;
    readonly sort: Readonly<Record<"best" | "price" | "name", string>>;
    readonly getNumber: (price: string) => string;
    /** Accepts the terms and buys, with one tap. */
    readonly acceptAndGet: (price: string) => string;
    readonly save: string;
    readonly saved: string;
    readonly otherCountries: string;
    readonly tryCountry: (what: string) => string;
    readonly getThis: (what: string) => string;
    /** How long a code usually takes, as short as it can be said. */
    readonly seconds: (count: number) => string;
  };
  readonly toasts: {
    readonly saved: string;
    readonly unsaved: string;
  };
  readonly messages: {
    readonly services: (view: { available: Html }) => string;
    /** Above the services that a typed text could mean. */
    readonly whichOne: string;
    readonly servicesIn: (view: { country: Html }) => string;
    readonly nothingOnSale: string;
    readonly notFound: (view: { query: Html }) => string;
    readonly countries: (view: { service: Html }) => string;
    readonly percentNote: string;
    readonly staleNote: string;
    /** Some suppliers' prices are not in the list. */
    readonly unanswered: (view: { count: number }) => string;
    readonly readingPrices: (view: { service: Html }) => string;
    readonly readingServices: string;
    readonly noCountries: (view: { service: Html }) => string;
    readonly heldOnly: (view: { price: Html }) => string;
    readonly window: (view: { minutes: number }) => string;
    readonly cancelAfter: (view: { minutes: number }) => string;
    readonly cancelAnytime: string;
    readonly noCancel: string;
    readonly secondCode: (view: { another: boolean }) => string;
    readonly inStock: (view: { count: number }) => string;
    readonly success: (view: { percent: number; seconds: number | null }) => string;
    readonly yourBalance: (view: { available: Html }) => string;
    readonly acceptTerms: string;
    /** What the balance lacks, and what happens once it is paid. */
    readonly payFirst: (view: { missing: Html }) => string;
    /** What picking a search result in somebody else's chat sends there. */
    readonly buyInPrivate: (view: { product: Html }) => string;
    readonly alternatives: string;
  };
}
