import type { Browser } from "playwright-core";
import { textsFor } from "../../src/texts/index.ts";
import { openVisitor } from "./visitor.ts";

/** The README's picture: a first purchase in the demo, and the menu that its buyer has afterwards. */
export async function drawChat(browser: Browser, url: string, path: string): Promise<void> {
  const visitor = await openVisitor(browser, url, textsFor("en"));
  const { page, texts, say, tapMain, pay, card } = visitor;
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await card({ button: texts.labels.buy });
  await say("whatsapp uk");
  await tapMain();
  await pay();
  await card({ button: texts.labels.buyAgain });
  await page.getByRole("region", { name: "This sale" }).waitFor();
  await say("/buy");
  await card({ button: texts.labels.alphabetical });
  await page.screenshot({ path });
  await visitor.close();
}
