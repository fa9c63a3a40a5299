// @ts-check

/**
 * The payload of the link that led here: `/?start=b_wa_GB`, as `t.me/<bot>?start=b_wa_GB` would. It is used once.
 * @typedef {ReturnType<typeof createStartLink>} StartLink
 */
export function createStartLink() {
  let payload = new URLSearchParams(location.search).get("start");
  return {
    /** @returns {string} the command that opens the bot by this link; without one, or after the first time, "/start" */
    command() {
      const text = payload ? `/start ${payload}` : "/start";
      payload = null;
      if (location.search !== "") history.replaceState(null, "", location.pathname);
      return text;
    },
    isWaiting: () => payload !== null,
  };
}
