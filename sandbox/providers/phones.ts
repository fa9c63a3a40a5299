/**
 * Fictional numbers: Ofcom's drama range for the United Kingdom, the 555-01xx lines for +1, and numbers with 555 elsewhere.
 * They are used in turn, so that a number is reused only after all others.
 */
export function pretendPhone(phoneCode: string, serial: number): string {
  if (phoneCode === "44") return `+447700900${padded(serial % 1000, 3)}`;
  if (phoneCode === "1") return `+1${201 + (Math.floor(serial / 100) % 700)}55501${padded(serial % 100, 2)}`;
  return `+${phoneCode}555${padded(serial % 1_000_000, 6)}`;
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
