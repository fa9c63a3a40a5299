/**
 * What differs between the suppliers that speak "handler_api" (the protocol of the closed sms-activate.org), as data.
 * Sources: supplier documentation and live answers of 2025 and 2026.
 */
export interface Dialect {
  readonly buyAction: "getNumber" | "getNumberV2";
  readonly pricesAction: "getPrices" | "getPricesV2" | "getPricesV3";
  /** getServicesList and getCountries are known to answer; elsewhere they are tried, and our tables step in. */
  readonly hasLists: boolean;
  /** getActiveActivations answers. */
  readonly activeList: boolean;
  /**
   * getStatusV2 answers, with the text of an SMS. "tried": not known, so the first code decides. It is never asked how an
   * order stands: it shows the last SMS also while the next one is awaited.
   */
  readonly statusV2: "yes" | "no" | "tried";
  /**
   * What is asked about a number whose status is STATUS_CANCEL, which sms-activate documented as "canceled or completed":
   * it may have had an SMS that nobody was up to see. Null: nothing is known to answer that.
   */
  readonly lastWord: "getAllSms" | "getStatusV2" | null;
  /** Rows of that list have a status whose meaning is known, so it can stand for many getStatus calls. */
  readonly listStatuses: Readonly<Record<string, "received" | "waiting">> | null;
  /** The parameter that takes an offer's operator. */
  readonly operatorParameter: "operator" | "providerIds";
  readonly cancelStatus: "8" | "-1";
  /** Which rows of our country table are this supplier's own. */
  readonly countryTable: "smsbower" | "herosms" | null;
  /** Answers BAD_ACTION to its own internal errors, so that it proves nothing about a purchase. */
  readonly isBadActionVague: boolean;
}

const plain: Dialect = {
  buyAction: "getNumber",
  pricesAction: "getPrices",
  hasLists: false,
  activeList: false,
  statusV2: "tried",
  lastWord: null,
  listStatuses: null,
  operatorParameter: "operator",
  cancelStatus: "8",
  countryTable: null,
  isBadActionVague: false,
};

const dialects: Readonly<Record<string, Dialect>> = {
  plain,
  smsbower: {
    ...plain,
    buyAction: "getNumberV2",
    pricesAction: "getPricesV3",
    hasLists: true,
    statusV2: "no",
    operatorParameter: "providerIds",
    countryTable: "smsbower",
  },
  herosms: {
    ...plain,
    buyAction: "getNumberV2",
    hasLists: true,
    activeList: true,
    statusV2: "yes",
    lastWord: "getAllSms",
    listStatuses: { "2": "received", "3": "waiting", "4": "waiting" },
    countryTable: "herosms",
  },
  tiger: {
    ...plain,
    buyAction: "getNumberV2",
    pricesAction: "getPricesV3",
    hasLists: true,
    activeList: true,
    statusV2: "yes",
    lastWord: "getStatusV2",
    isBadActionVague: true,
  },
  grizzly: {
    ...plain,
    buyAction: "getNumberV2",
    pricesAction: "getPricesV3",
    operatorParameter: "providerIds",
    cancelStatus: "-1",
  },
  platfone: plain,
};

/** The dialect of this name; an unknown name speaks the plain one, which asks for nothing that is not universal. */
export function dialectOf(name: string): Dialect {
  return (Object.hasOwn(dialects, name) ? dialects[name] : undefined) ?? plain;
}
