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
   * @param {(item: Item, label: string | null) => Promise<boolean>} store tells the server; whether it took it
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
    meant.forEach((item) => this.#set(item, label));
    const title = label === null ? _("not corrected") : page.titles[label];
    const words = meant.length === 1 ? _("{name}: {words}", { name: meant[0].name, words: title })
      : _("{count} photos: {words}", { count: number(meant.length), words: title });
    this.steps.add(words, () => meant.forEach((item, place) => this.#set(item, before[place])));
    this.say(words);
  }

  #set(item, label) {
    const before = item.answer.correction;
    item.answer.correction = label;
    this.changed(item);
    this.#sending = this.#sending.then(async () => {
      if (await this.store(item, label)) return;
      if (item.answer.correction === label) item.answer.correction = before;
      this.changed(item);
      this.say(_("The correction of {name} failed: the server no longer has this photo.", { name: item.name }));
    });
  }
}
