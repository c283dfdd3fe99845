// One item large, for a closer look.

import { inWords, page, says, trouble } from "./item.js";
import { _, percent } from "./words.js";

/** @typedef {import("./item.js").Item} Item */

export class Closer {
  /** @type {Item | null} */
  item = null;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {(item: Item) => Promise<Blob>} getPhoto
   */
  constructor(dialog, getPhoto) {
    this.dialog = dialog;
    this.getPhoto = getPhoto;
    this.image = dialog.querySelector("img");
  }

  get open() {
    return this.dialog.open;
  }

  /** @param {Item} item */
  show(item) {
    const another = item !== this.item;
    this.item = item;
    this.#write(item);
    if (another) this.#picture(item);
    if (!this.dialog.open) this.dialog.showModal();
  }

  #write(item) {
    const part = (name) => this.dialog.querySelector(`[data-part="${name}"]`);
    this.dialog.dataset.says = says(item);
    part("name").textContent = item.name;
    part("words").textContent = inWords(item);
    part("detail").textContent = item.state === "failed" ? trouble(item).detail : item.answer?.correction ? _("as you say") : "";
    part("scores").replaceChildren(...page.classes.flatMap((name) => (item.answer ? [bar(name, item.answer.scores[name])] : [])));
    this.dialog.querySelectorAll("[data-label]").forEach((button) => {
      button.disabled = !item.answer;
      button.ariaPressed = String(item.answer?.correction === button.dataset.label);
    });
  }

  async #picture(item) {
    const old = this.image.src;
    this.image.removeAttribute("src");
    if (old) URL.revokeObjectURL(old);
    const photo = await this.getPhoto(item).catch(() => null);
    if (photo && item === this.item) this.image.src = URL.createObjectURL(photo);
  }
}

function bar(name, score) {
  const line = document.getElementById("score").content.firstElementChild.cloneNode(true);
  line.querySelector("dt").textContent = page.names[name];
  Object.assign(line.querySelector("meter"), { value: score, ariaLabel: page.names[name] });
  line.querySelector("span").textContent = percent(score);
  return line;
}
