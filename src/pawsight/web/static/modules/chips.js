// The chips above a gallery: one for each group, with a live count.

import { ALL } from "./filter.js";
import { titleOf } from "./item.js";
import { number } from "./i18n.js";

/** @param {HTMLElement} chips @param {Map<string, number>} counts of each group @param {string} wanted the group that is shown */
export function showCounts(chips, counts, wanted) {
  const all = /** @type {HTMLElement[]} */ ([...chips.children]);
  const known = new Set(all.map((chip) => chip.dataset.group));
  for (const group of counts.keys()) if (!known.has(group)) all.push(chips.appendChild(chipOf(group, all[0])));
  for (const chip of all) {
    const count = counts.get(chip.dataset.group) ?? 0;
    chip.querySelector("span").textContent = number(count);
    chip.hidden = count === 0 && ![ALL, wanted].includes(chip.dataset.group);
    chip.ariaPressed = String(chip.dataset.group === wanted);
  }
}

/** A chip for a class of another model. @param {string} group @param {HTMLElement} pattern */
function chipOf(group, pattern) {
  const chip = /** @type {HTMLElement} */ (pattern.cloneNode(true));
  Object.assign(chip.dataset, { group, says: group });
  chip.firstChild.textContent = `${titleOf(group)} `;
  return chip;
}
