// @ts-check

/**
 * Copies text to the clipboard. The Clipboard API exists only on HTTPS and localhost; on other addresses the text is copied
 * by a selection.
 * @param {string} text
 * @returns {Promise<boolean>} false where the browser refused both
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // The Clipboard API is missing or not allowed: copy by a selection.
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
