// Which items are shown, and in which order.

import { FAILED, says, sureness } from "./item.js";

/** @typedef {import("./item.js").Item} Item */

export const ALL = "all";
export const CORRECTED = "corrected";

// Those without an answer come last, whichever way.
const ORDERS = {
  added: (item) => item.key,
  unsure: (item) => sureness(item) ?? 2,
  sure: (item) => -(sureness(item) ?? -2),
  verdict: (item) => says(item),
  name: (item) => item.name,
};

/** @param {Item} item @param {string} wanted a verdict, `failed`, `corrected` or `all` @param {number} most sureness */
export function fits(item, wanted, most) {
  if (most < 1 && !(sureness(item) <= most && item.answer)) return false;
  return wanted === ALL || (wanted === CORRECTED ? Boolean(item.answer?.correction) : says(item) === wanted);
}

/** @param {Item[]} items @param {string} order */
export function sorted(items, order) {
  const by = new Map(items.map((item) => [item, ORDERS[order](item)]));
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  const ascending = (a, b) => (typeof a === "string" ? compare(a, b) : a - b);
  return [...items].sort((a, b) => ascending(by.get(a), by.get(b)) || a.key - b.key);
}

/** How many items there are of each kind. @param {Iterable<Item>} items @returns {Map<string, number>} */
export function counts(items) {
  const found = new Map([[ALL, 0], [CORRECTED, 0], [FAILED, 0]]);
  const add = (kind) => found.set(kind, (found.get(kind) ?? 0) + 1);
  for (const item of items) {
    add(ALL);
    add(says(item));
    if (item.answer?.correction) add(CORRECTED);
  }
  return found;
}
