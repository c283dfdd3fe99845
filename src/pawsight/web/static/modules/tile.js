// One photo as a tile of the gallery, or as a line of its list view.

import { inWords, says, shownName, sureness, trouble } from "./item.js";
import { _, percent } from "./i18n.js";

/** @typedef {import("./item.js").Item} Item */

/** Write an item into its tile. @param {HTMLElement} tile @param {Item} item */
export function fill(tile, item) {
  const part = (name) => tile.querySelector(`[data-part="${name}"]`);
  const name = shownName(item.name);
  const cut = name.lastIndexOf("/") + 1;
  tile.dataset.says = says(item);
  tile.dataset.kind = /\.(\w{2,4})$/.exec(name)?.[1].toUpperCase() ?? "";  // shown where there is no picture yet
  tile.dataset.corrected = item.answer?.correction ? "yes" : "no";
  tile.ariaLabel = [name, inWords(item), item.answer?.correction ? _("corrected") : confidence(item)].filter(Boolean).join(", ");
  tile.title = item.state === "failed" ? trouble(item).detail ?? "" : name;
  part("folder").textContent = name.slice(0, cut);
  const letters = Array.from(name.slice(cut)); // whole code points: half an emoji is no letter
  part("start").textContent = letters.slice(0, -9).join("");
  part("end").textContent = letters.slice(-9).join("");
  part("words").textContent = inWords(item);
  part("sure").textContent = item.answer?.correction ? _("corrected") : confidence(item);
  part("detail").textContent = item.state === "failed" ? trouble(item).detail ?? "" : "";
  tile.querySelectorAll("[data-score]").forEach((cell) => {
    cell.textContent = cell.dataset.score in (item.answer?.scores ?? {}) ? percent(item.answer.scores[cell.dataset.score]) : "";
  });
  showThumb(part("thumb"), item);
}

function confidence(item) {
  return item.answer ? percent(sureness(item)) : "";
}

/** Show the small picture of an item. @param {HTMLImageElement} image @param {Item} item */
export function showThumb(image, { thumb }) {
  if (!thumb || image.hasAttribute("src")) return;
  image.src = typeof thumb === "string" ? thumb : URL.createObjectURL(thumb);
}

/** Give back the memory of what a tile shows. @param {HTMLElement} tile */
export function release(tile) {
  const { src } = tile.querySelector("img");
  if (src.startsWith("blob:")) URL.revokeObjectURL(src);
}
