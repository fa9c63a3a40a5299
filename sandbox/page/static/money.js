// @ts-check

/**
 * "$3.20": exact, at least two decimals, as the shop writes it.
 * @param {string} micros micro-dollars as decimal digits
 */
export function dollarsFromMicros(micros) {
  const isNegative = micros.startsWith("-");
  const digits = micros.replace("-", "").padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0{1,4}$/, "");
  return `${isNegative ? "-" : ""}$${digits.slice(0, -6)}.${fraction}`;
}

/**
 * @param {string} usd decimal dollars, perhaps with a minus
 */
export function dollars(usd) {
  return usd.startsWith("-") ? `-$${usd.slice(1)}` : `$${usd}`;
}
