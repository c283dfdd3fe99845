// Corrections: shown at once, sent in the order in which they were made, and taken back one by one.

import { page } from "./item.js";
import { send } from "./sending.js";
import { _ } from "./words.js";

/** @typedef {import("./item.js").Item} Item */

export class Corrections {
  /** @type {{ item: Item, before: string | null }[]} */
  #made = [];
  #sending = Promise.resolve();

  /**
   * @param {(item: Item) => void} changed an item looks different now
   * @param {(words: string) => void} complain
   */
  constructor(changed, complain) {
    this.changed = changed;
    this.complain = complain;
  }

  /** Note what an item shows; null takes that back. @param {Item} item @param {string | null} label */
  make(item, label) {
    if (!item.answer || item.answer.correction === label) return;
    this.#made.push({ item, before: item.answer.correction });
    this.#set(item, label);
  }

  /** Take the last one back. @returns {Item | null} the item that it was about */
  undo() {
    const last = this.#made.pop();
    if (last) this.#set(last.item, last.before);
    return last?.item ?? null;
  }

  #set(item, label) {
    const before = item.answer.correction;
    item.answer.correction = label;
    this.changed(item);
    this.#sending = this.#sending.then(async () => {
      const reply = await send("PATCH", `${page.api}/${item.answer.id}`, JSON.stringify({ correction: label }));
      if (reply.status === 200) return;
      if (item.answer.correction === label) item.answer.correction = before;
      this.changed(item);
      this.complain(_("That correction of {name} did not work: the server keeps this photo no longer.", { name: item.name }));
    });
  }
}
