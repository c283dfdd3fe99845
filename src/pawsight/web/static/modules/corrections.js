// Corrections of one or many items: shown at once, sent in the order in which they were made, undone step by step.

import { page } from "./item.js";
import { _, number } from "./i18n.js";

/** @typedef {import("./item.js").Item} Item */

export class Corrections {
  #sending = Promise.resolve();

  /**
   * @param {import("./steps.js").Steps} steps
   * @param {(item: Item) => void} changed an item looks different now
   * @param {(words: string) => void} say
   * @param {(items: Item[], label: string | null) => Promise<Map<Item, string>>} store tells the server; those that it did not
   *   take, and why
   */
  constructor(steps, changed, say, store) {
    this.steps = steps;
    this.changed = changed;
    this.say = say;
    this.store = store;
  }

  /** Say what items show; null removes the correction. @param {Item[]} items @param {string | null} label */
  make(items, label) {
    const meant = items.filter(({ answer }) => answer && answer.correction !== label);
    if (!meant.length) return;
    const before = meant.map(({ answer }) => answer.correction);
    this.#set(meant, label);
    const title = label === null ? _("not corrected") : page.titles[label];
    const words = meant.length === 1 ? _("{name}: {words}", { name: meant[0].name, words: title })
      : _("{count} photos: {words}", { count: number(meant.length), words: title });
    this.steps.add(words, () => {
      for (const old of new Set(before)) this.#set(meant.filter((_item, place) => before[place] === old), old);
    });
    this.say(words);
  }

  #set(items, label) {
    const before = new Map(items.map((item) => [item, item.answer.correction]));
    for (const item of items) this.#show(item, label);
    this.#sending = this.#sending.then(async () => {
      const failed = await this.store(items, label);
      for (const item of failed.keys()) if (item.answer.correction === label) this.#show(item, before.get(item));
      const [first] = failed;
      if (first) this.say(failed.size === 1 ? _("{name} was not corrected: {reason}.", { name: first[0].name, reason: first[1] })
        : _("{count} photos were not corrected: {reason}.", { count: number(failed.size), reason: first[1] }));
    });
  }

  #show(item, label) {
    item.answer.correction = label;
    this.changed(item);
  }
}
