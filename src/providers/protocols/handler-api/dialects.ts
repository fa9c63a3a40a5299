/**
 * What differs between the suppliers that speak "handler_api" (the protocol of the closed sms-activate.org), as data.
 * Sources: supplier documentation and live answers of 2025 and 2026.
 */
export interface Dialect {
  readonly buyAction: "getNumber" | "getNumberV2";
  readonly pricesAction: "getPrices" | "getPricesV2" | "getPricesV3";
  /** True: getServicesList and getCountries exist. False: they are tried, and our tables are used if they fail. */
  readonly hasLists: boolean;
  /** True: getActiveActivations exists. */
  readonly activeList: boolean;
  /**
   * Whether getStatusV2 exists, which returns the text of an SMS. "tried": unknown, so it is tried for the first code. It
   * is never used for the order's state, because it returns the previous SMS while the next one is awaited.
   */
  readonly statusV2: "yes" | "no" | "tried";
  /**
   * The action that returns the SMS of an ended order. sms-activate documents STATUS_CANCEL as "canceled or completed", so
   * the number may have had an SMS while the shop was down. Null: no such action is known.
   */
  readonly lastWord: "getAllSms" | "getStatusV2" | null;
  /** The known statuses of rows in getActiveActivations, which then replaces many getStatus calls. Null: not known. */
  readonly listStatuses: Readonly<Record<string, "received" | "waiting">> | null;
  /** The name of the purchase parameter for the offer's operator. */
  readonly operatorParameter: "operator" | "providerIds";
  readonly cancelStatus: "8" | "-1";
  /** The column of our country table with this supplier's own ids. Null: none. */
  readonly countryTable: "smsbower" | "herosms" | null;
  /** The supplier answers BAD_ACTION also for its internal errors, so it does not prove that nothing was bought. */
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

/** The dialect of this name. An unknown name gets the plain one, which uses only actions that every supplier has. */
export function dialectOf(name: string): Dialect {
  return (Object.hasOwn(dialects, name) ? dialects[name] : undefined) ?? plain;
}
