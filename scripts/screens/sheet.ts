import type { Shot } from "./tour.ts";
import type { Visitor } from "./visitor.ts";

/** Four columns of a phone's width, so that what is cut on a phone is cut here. */
const STYLE = `
  .sheet { columns: 4; column-gap: 20px; padding: 20px; width: 1500px; background: var(--surface); }
  .sheet figure { margin: 0 0 18px; break-inside: avoid; }
  .sheet figcaption { margin-bottom: 6px; color: var(--soft); font-size: 0.8rem; }
  .sheet .message { width: 100%; max-width: none; }
  body { display: block; height: auto; }
`;

/** Puts the cards side by side on a page of the demo's own look, and takes its picture. */
export async function drawSheet({ page }: Visitor, shots: readonly Shot[], path: string): Promise<void> {
  const figures = shots.map(
    ({ name, html }, index) => `<figure><figcaption>${index + 1} · ${name}</figcaption>${html}</figure>`,
  );
  const sheet = `<div class="sheet">${figures.join("")}</div>`;
  await page.locator("body").evaluate((body, html) => {
    const icons = body.querySelector(".sprite")?.outerHTML ?? "";
    body.innerHTML = `${icons}${html}`;
  }, sheet);
  await page.addStyleTag({ content: STYLE });
  await page.waitForFunction(
    "[...document.images].every((image) => image.complete && image.naturalWidth > 0)",
  );
  await page.locator(".sheet").screenshot({ path });
}
