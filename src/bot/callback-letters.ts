/** The letters by which callback data names actions: it has 64 bytes. A letter never changes its meaning; Q was used. */
export const plain = {
  h: "home",
  p: "help",
  t: "topup",
  s: "settings",
  u: "support",
  L: "leaveQuestion",
  U: "sendToShop",
  q: "searchThis",
  f: "forgetAsk",
  F: "forgetSure",
  X: "forgetNow",
  x: "dismiss",
  k: "keep",
  e: "ordersFile",
  E: "balanceFile",
  i: "invite",
  a: "api",
  z: "apiAccept",
  m: "apiNew",
  M: "apiHide",
  n: "noNews",
} as const;
export const pair = { c: "confirm", B: "tellWhenBack" } as const;
export const ofQuote = { G: "get", y: "payShort", w: "otherWays" } as const;
export const ofOrder = {
  O: "order",
  C: "cancel",
  U: "swap",
  K: "keepWaiting",
  A: "another",
  D: "finish",
  P: "payLate",
  J: "quick",
} as const;
export const serviceSorts = { p: "popular", n: "name" } as const;
export const countrySorts = { b: "best", p: "price", n: "name" } as const;

export const ofKey = {
  I: "apiKey",
  g: "apiStyle",
  d: "apiScope",
  r: "apiRotate",
  W: "apiAskRevoke",
  Y: "apiRevoke",
} as const;
