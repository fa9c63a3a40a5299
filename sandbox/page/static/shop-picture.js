// @ts-check
import { el, icon, languageOf } from "./dom.js";

/**
 * The bot's own picture; a sign in its place while it has none.
 * @param {Pick<import("../ports.ts").ShopProfile, "hasPicture">} shop
 */
export function shopPicture({ hasPicture }) {
  if (hasPicture) return el("img", { class: "mark", src: "/api/picture", alt: "" });
  const sign = icon("mark");
  sign.classList.add("mark");
  return sign;
}

/**
 * What stands above the first message: the bot's picture, name and description.
 * @param {import("../ports.ts").ShopProfile} shop
 */
export function introduction(shop) {
  const { name, description } = shop;
  const words = el("p", { dir: "auto", lang: languageOf(description) }, description);
  return [shopPicture(shop), el("h2", {}, name), words];
}
