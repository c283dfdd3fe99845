// Which items are shown, in which order, and in which groups.

import { FAILED, OPEN, page, says, sureness, titleOf } from "./item.js";
import { groups as similar } from "./similar.js";

/** @typedef {import("./item.js").Item} Item */

export const ALL = "all";
export const CORRECTED = "corrected";
export const CHECK = "unsure";  // what the model leaves to a person

// Those without a prediction come last, whichever way.
const ORDERS = {
  added: (item) => item.key,
  unsure: (item) => sureness(item) ?? 2,
  sure: (item) => -(sureness(item) ?? -2),
  name: (item) => item.name,
  newest: (item) => -item.changed,
  oldest: (item) => item.changed,
};

/** Every group that there can be, in the order in which they are shown. @param {Iterable<string>} found also those of other models */
export function allGroups(found = []) {
  return [...new Set([CHECK, ...Object.keys(page.labels), ...found, FAILED, OPEN])];
}

/** @param {Item} item @param {string} wanted a group, `corrected` or `all` */
export function matches(item, wanted) {
  if (item.deleted) return false;
  return wanted === ALL || (wanted === CORRECTED ? Boolean(item.answer?.correction) : says(item) === wanted);
}

/**
 * What the gallery shows.
 * @param {Item[]} items
 * @param {string} wanted as for `matches`
 * @param {string} order one of `ORDERS`, `group` or `similar`
 * @returns {{ title: string, keys: number[] }[]}
 */
export function arranged(items, wanted, order) {
  const shown = items.filter((item) => matches(item, wanted));
  if (order === "similar") return [{ title: "", keys: similar(sorted(shown, "added")).flat() }];
  if (order !== "group" || wanted !== ALL) return [{ title: "", keys: keysOf(sorted(shown, order === "group" ? "unsure" : order)) }];
  const found = Map.groupBy ? Map.groupBy(shown, says) : grouped(shown);
  return allGroups(found.keys()).map((name) => ({ title: titleOf(name), keys: keysOf(sorted(found.get(name) ?? [], "unsure")) }));
}

function grouped(items) {
  const found = new Map();
  for (const item of items) found.set(says(item), [...(found.get(says(item)) ?? []), item]);
  return found;
}

function keysOf(items) {
  return items.map(({ key }) => key);
}

/** @param {Item[]} items @param {string} order */
export function sorted(items, order) {
  const by = new Map(items.map((item) => [item, ORDERS[order](item)]));
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  const ascending = (a, b) => (typeof a === "string" ? compare(a, b) : a - b);
  return [...items].sort((a, b) => ascending(by.get(a), by.get(b)) || a.key - b.key);
}

/** How many items there are of each group. @param {Iterable<Item>} items @returns {Map<string, number>} */
export function counts(items) {
  const found = new Map([[ALL, 0], [CORRECTED, 0]]);
  const add = (group) => found.set(group, (found.get(group) ?? 0) + 1);
  for (const item of items) {
    if (item.deleted) continue;
    add(ALL);
    add(says(item));
    if (item.answer?.correction) add(CORRECTED);
  }
  return found;
}
