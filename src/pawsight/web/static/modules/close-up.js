// One photo large: heat map, scores, photos that look alike, 100 % under the pointer.

import { inWords, page, says, shownName, titleOf, trouble } from "./item.js";
import { _, number, percent } from "./i18n.js";

/** @typedef {import("./item.js").Item} Item */

const AHEAD = 4;  // photos that are kept at hand

export class CloseUp {
  /** @type {Item | null} */
  item = null;
  /** @type {Map<Item, Promise<string>>} addresses of photos that are at hand */
  #photos = new Map();

  /**
   * @param {HTMLDialogElement} dialog
   * @param {object} calls
   * @param {(item: Item) => Promise<string>} calls.photo the address of a photo
   * @param {(item: Item, ratio: number) => Promise<string | null>} calls.heat the address of its heat map
   * @param {(item: Item) => Promise<{ text: string, bright: boolean }>} calls.legend what its heat map shows, in a sentence
   * @param {(item: Item) => Item[]} calls.alike photos that look like it
   * @param {(item: Item) => Item} calls.next the one that is shown next
   * @param {(image: HTMLImageElement, item: Item) => void} calls.thumb shows a small picture
   * @param {(item: Item) => string} [calls.page] the address of all that is known of it
   * @param {(button: HTMLElement) => void} calls.release lets go of what `thumb` holds
   */
  constructor(dialog, calls) {
    this.dialog = dialog;
    this.calls = calls;
    this.photo = dialog.querySelector(".photo");
    this.heat = dialog.querySelector(".heat");
    this.stage = dialog.querySelector(".stage");
    this.photo.addEventListener("load", () => this.#fit());
    new ResizeObserver(() => this.#fit()).observe(this.stage);
    this.stage.addEventListener("pointermove", (event) => this.#pan(event));
    this.stage.addEventListener("dblclick", (event) => this.zoom(event));
    dialog.querySelector("[data-part=heat]").addEventListener("change", () => this.#showHeat());
    dialog.addEventListener("close", () => this.#release());
  }

  get open() {
    return this.dialog.open;
  }

  /** @param {Item} item */
  show(item) {
    const another = item !== this.item || !this.open;
    this.item = item;
    if (!this.open) this.dialog.showModal();
    this.#write(item);
    if (another) this.#picture(item);
  }

  /** Show 100 % under the pointer, or all of it again. @param {{ clientX?: number, clientY?: number }} [event] */
  zoom(event = {}) {
    const scale = this.photo.naturalWidth / this.photo.clientWidth;
    const zoomed = this.stage.classList.toggle("zoomed");
    for (const image of [this.photo, this.heat]) image.style.transform = zoomed ? `scale(${Math.max(scale, 1)})` : "";
    if (event.clientX !== undefined) this.#pan(event);
  }

  /** Show or hide where the model looked. */
  toggleHeat() {
    this.dialog.querySelector("[data-part=heat]").click();
  }

  /** @param {{ clientX?: number, clientY?: number }} event */
  #pan({ clientX, clientY }) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    const origin = `${(100 * (clientX - left)) / width}% ${(100 * (clientY - top)) / height}%`;
    for (const image of [this.photo, this.heat]) image.style.transformOrigin = origin;
  }

  #write(item) {
    const part = (name) => this.dialog.querySelector(`[data-part="${name}"]`);
    this.dialog.dataset.says = says(item);
    part("name").textContent = shownName(item.name);
    part("words").textContent = inWords(item);
    part("detail").textContent = item.state === "failed" ? trouble(item).detail : note(item);
    part("scores").replaceChildren(...Object.entries(item.answer?.scores ?? {}).map(([name, score]) => bar(name, score)));
    this.dialog.querySelectorAll("[data-label]").forEach((button) => {
      button.disabled = !item.answer;
      button.ariaPressed = String(says(item) === button.dataset.label);
    });
    if (this.calls.page) part("page").href = this.calls.page(item);
    this.#alike(item, part);
  }

  #alike(item, part) {
    const alike = this.calls.alike(item);
    part("alike").hidden = alike.length === 0;
    part("alike-count").textContent = number(alike.length);
    part("alike-list").querySelectorAll("button").forEach(this.calls.release);
    part("alike-list").replaceChildren(...alike.slice(0, 6).map((one) => {
      const button = Object.assign(document.createElement("button"), { type: "button", ariaLabel: shownName(one.name) });
      const image = document.createElement("img");
      image.alt = "";
      button.dataset.says = says(one);
      button.dataset.show = String(one.key);
      button.append(image);
      this.calls.thumb(image, one);
      return button;
    }));
  }

  async #picture(item) {
    this.stage.classList.remove("zoomed");
    for (const image of [this.photo, this.heat]) {
      image.removeAttribute("src");
      image.removeAttribute("style");
    }
    const address = await this.#at(item).catch(() => "");
    if (item === this.item && address) this.photo.src = address;
    this.#showHeat();
    const next = this.calls.next(item);
    if (next && next !== item) this.#at(next).catch(() => {});
  }

  #at(item) {
    if (!this.#photos.has(item)) this.#photos.set(item, this.calls.photo(item));
    const old = [...this.#photos.keys()].find((one) => one !== this.item && one !== item);
    if (this.#photos.size > AHEAD) this.#drop(old);
    return this.#photos.get(item);
  }

  #drop(item) {
    this.#photos.get(item)?.then((address) => { if (address.startsWith("blob:")) URL.revokeObjectURL(address); }, () => {});
    this.#photos.delete(item);
  }

  #release() {
    this.photo.removeAttribute("src");
    for (const item of [...this.#photos.keys()]) this.#drop(item);
  }

  async #showHeat() {
    const { item, photo } = this;
    const wanted = this.dialog.querySelector("[data-part=heat]").checked && item;
    this.heat.classList.remove("shown");
    this.#explain({ text: "", bright: false });
    if (!wanted) return;
    await photo.decode().catch(() => {});  // its shape is not known before
    const address = await this.calls.heat(item, photo.naturalWidth / photo.naturalHeight || 1);
    if (item !== this.item || !address) return;
    this.heat.src = address;
    this.heat.classList.add("shown");
    const legend = await this.calls.legend(item);
    if (item === this.item) this.#explain(legend);
  }

  /** Say what the heat map shows. @param {{ text: string, bright: boolean }} legend */
  #explain({ text, bright }) {
    const line = this.dialog.querySelector("[data-part=legend]");
    line.textContent = text;
    line.hidden = !text;
    line.classList.toggle("nothing", !bright);
  }

  /** Give photo and heat map the very same place, as large as the stage allows. */
  #fit() {
    const { naturalWidth: width, naturalHeight: height } = this.photo;
    if (!width) return;
    const scale = Math.min(this.stage.clientWidth / width, this.stage.clientHeight / height);
    for (const image of [this.photo, this.heat]) {
      Object.assign(image.style, { width: `${Math.round(width * scale)}px`, height: `${Math.round(height * scale)}px` });
    }
  }
}

/** What the model predicted, where a person said something else. */
function note({ answer }) {
  if (!answer?.correction) return "";
  return _("You said so. The model predicted: {verdict}.", { verdict: titleOf(answer.verdict) });
}

function bar(name, score) {
  const line = document.getElementById("score").content.firstElementChild.cloneNode(true);
  const words = page.names[name] ?? titleOf(name);
  line.querySelector("dt").textContent = words;
  Object.assign(line.querySelector("meter"), { value: score, ariaLabel: words });
  line.querySelector("span").textContent = percent(score);
  return line;
}
