/** What suppliers put where a code should be when there is none. */
export const wordsWithoutCode: readonly unknown[] = [
  ...["null", "None", "undefined", "NaN", "nil", "N/A", "-", '""', "''", " ", "waiting", "Waiting for otp"],
  ...["pending", "false", "ok", "received", "Message received", "no code yet", "######", "0", "12"],
  ...[null, 0, 7, true, {}, []],
];
