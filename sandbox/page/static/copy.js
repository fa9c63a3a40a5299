// @ts-check

/**
 * Puts text on the clipboard. The modern way exists only on HTTPS and localhost, and a demo on a private
 * address has neither, so the old way is kept behind it.
 * @param {string} text
 * @returns {Promise<boolean>} false where the browser refused both
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed or not there: the old way may still work.
    return copyBySelection(text);
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.className = "offscreen";
  area.value = text;
  area.readOnly = true;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
