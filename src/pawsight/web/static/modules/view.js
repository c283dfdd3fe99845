// Items on the page: rows of the table or tiles of the grid, made once each and then only touched up.

import { inWords, says, sureness, trouble } from "./item.js";
import { _, percent } from "./words.js";

/** @typedef {import("./item.js").Item} Item */

export class View {
  /** @type {Map<number, HTMLElement>} */
  #nodes = new Map();
  /** @type {number | null} the item that the Tab key leads to; the others are reached by arrows */
  #current = null;

  /**
   * @param {HTMLElement} container
   * @param {HTMLTemplateElement} template of one item
   */
  constructor(container, template) {
    this.container = container;
    this.template = template;
    container.addEventListener("focusin", (event) => this.#point(keyOf(event.target)));
  }

  /** Show just these, in this order. @param {Item[]} items @param {boolean} [anew] whether the keyboard begins at the top */
  arrange(items, anew = false) {
    const focused = this.container.contains(document.activeElement) ? document.activeElement : null;
    this.container.replaceChildren(...items.map((item) => this.#node(item)));
    if (anew || !items.some(({ key }) => key === this.#current)) this.#point(items[0]?.key ?? null);
    focused?.focus({ preventScroll: true });
  }

  /** Show what has changed. @param {Item} item */
  paint(item) {
    const node = this.#nodes.get(item.key);
    if (node) fill(node, item);
  }

  /** Take all of it away. */
  clear() {
    this.container.replaceChildren();
    this.#nodes.clear();
    this.#current = null;
  }

  /** Bring the keyboard to an item. @param {number} key */
  focus(key) {
    const button = this.#nodes.get(key)?.querySelector(".item");
    button?.focus();
    button?.closest("[data-key]").scrollIntoView({ block: "nearest" });
  }

  /** Bring the keyboard from an item to the one that many further on; the nearest where there is none. */
  move(key, steps) {
    const shown = [...this.container.children];
    const place = shown.indexOf(this.#nodes.get(key)) + steps;
    this.focus(keyOf(shown[Math.max(0, Math.min(place, shown.length - 1))]));
  }

  #node(item) {
    if (!this.#nodes.has(item.key)) {
      const node = this.template.content.firstElementChild.cloneNode(true);
      node.dataset.key = item.key;
      fill(node, item);
      this.#nodes.set(item.key, node);
    }
    return this.#nodes.get(item.key);
  }

  #point(key) {
    if (key === this.#current) return;
    for (const [one, stop] of [[this.#current, -1], [key, 0]]) {
      this.#nodes.get(one)?.querySelectorAll("button, select").forEach((part) => { part.tabIndex = stop; });
    }
    this.#current = key;
  }
}

/** The key of the item that something on the page belongs to. @param {Element} [part] */
export function keyOf(part) {
  const node = part?.closest("[data-key]");
  return node ? Number(node.dataset.key) : null;
}

/** @param {HTMLElement} node @param {Item} item */
function fill(node, item) {
  const part = (name) => node.querySelector(`[data-part="${name}"]`);
  const { answer, state } = item;
  node.dataset.says = says(item);
  part("name").textContent = item.name;
  part("words").textContent = inWords(item);
  part("detail").textContent = state === "failed" ? trouble(item).detail : answer?.correction ? _("as you say") : "";
  const sure = part("sure");
  if (sure) sure.textContent = answer ? percent(sureness(item)) : "";
  node.querySelectorAll("[data-score]").forEach((cell) => {
    cell.textContent = answer ? percent(answer.scores[cell.dataset.score]) : "";
  });
  const select = part("correct");
  select.hidden = !answer;
  select.value = answer?.correction ?? "";
  select.ariaLabel = _("What {name} shows", { name: item.name });
  const again = part("again");
  again.hidden = state !== "failed";
  again.ariaLabel = _("Try again: {name}", { name: item.name });
  show(part("thumb"), item.thumb);
}

const addresses = new WeakMap();

/** @param {HTMLImageElement} image @param {Blob | null} thumb */
function show(image, thumb) {
  if (!thumb || image.hasAttribute("src")) return;
  if (!addresses.has(thumb)) addresses.set(thumb, URL.createObjectURL(thumb));
  image.src = addresses.get(thumb);
}
