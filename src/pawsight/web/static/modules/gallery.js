// A grid of many photos of which only those in sight are on the page: 5,000 scroll as smoothly as 50. It is a list box
// for the keyboard and for screen readers: arrows move in two dimensions, and several photos can be selected.

import { Selection } from "./selection.js";

const GAP = 10;  // pixels between tiles
const CAPTION = 54;  // pixels below a photo
const HEAD = 48;  // pixels of a group's heading
const ROW = 72;  // pixels of a line in the list view
const SPARE = 600;  // pixels above and below the window that are drawn ahead
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @typedef {{ head?: string, keys?: number[], top: number }} Line a title, or tiles side by side
 */

export class Gallery {
  /** @type {Line[]} */
  #lines = [];
  /** @type {Map<number, number>} key -> its place in `order` */
  #places = new Map();
  /** @type {Map<number, HTMLElement>} the tiles that are on the page */
  #tiles = new Map();
  /** @type {{ title: string, keys: number[] }[]} */
  #groups = [];
  #heads = [];
  #drawing = 0;

  /**
   * @param {HTMLElement} container the list box
   * @param {HTMLTemplateElement} template of one tile
   * @param {object} calls
   * @param {(tile: HTMLElement, key: string) => void} calls.fill writes an item into its tile
   * @param {(tile: HTMLElement) => void} calls.release lets go of what `fill` holds for a tile
   * @param {() => void} calls.selected the selection is another one
   */
  constructor(container, template, calls) {
    /** @type {any} */
    this.container = container;
    /** @type {any} */
    this.template = template;
    this.calls = calls;
    this.size = 200;
    this.list = false;
    this.order = [];
    this.current = null;
    this.selection = new Selection(() => {
      for (const [key, tile] of this.#tiles) tile.ariaSelected = String(this.selection.has(key));
      calls.selected();
    });
    for (const kind of ["scroll", "resize"]) addEventListener(kind, () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.#layOut()).observe(container);
    new ResizeObserver(() => this.#soon()).observe(document.body);  // what stands above may grow or vanish
    container.addEventListener("focusin", ({ target }) => { this.#point(keyOf(target)); });
  }

  /** Show these photos. @param {{ title: string, keys: any[] }[]} groups a title is shown where there is one */
  arrange(groups) {
    this.#groups = groups;
    this.order = groups.flatMap(({ keys }) => keys);
    this.#places = new Map(this.order.map((key, place) => [key, place]));
    this.selection.keep(this.#places);
    if (!this.#places.has(this.current)) this.current = this.order[0] ?? null;
    this.#layOut();
  }

  /** Show the photos at another size, or as lines. @param {number} size pixels of a tile @param {boolean} list */
  resize(size, list) {
    this.size = size;
    this.list = list;
    this.container.classList.toggle("as-list", list);
    this.#layOut();
  }

  /** Write an item again, where it is in sight. */
  paint(key) {
    const tile = this.#tiles.get(key);
    if (tile) this.calls.fill(tile, key);
  }

  /** Move the keyboard to a photo, and the photo into sight. */
  focus(key) {
    if (!this.#places.has(key)) return;
    const line = this.#lines[this.#lineOf(key)];
    const top = this.container.getBoundingClientRect().top + line.top;
    const [upper, lower] = [90, innerHeight - 110 - this.#height()];
    if (top < upper || top > lower) scrollBy({ top: top - (top < upper ? upper : lower), behavior: "instant" });
    this.#point(key);
    this.#draw();
    this.#tiles.get(key)?.focus({ preventScroll: true });
  }

  /** The photo that many steps further on; the last one where there is none. */
  neighbor(key, steps) {
    const place = (this.#places.get(key) ?? 0) + steps;
    return this.order[Math.max(0, Math.min(place, this.order.length - 1))];
  }

  /** Follow an arrow, Home or End. @param {KeyboardEvent} event @returns {boolean} whether the key was one */
  move({ key, shiftKey }) {
    const to = this.#target(key);
    if (to === undefined) return false;
    const from = this.current;
    if (this.container.contains(document.activeElement)) this.focus(to);
    else this.focus(from);
    if (shiftKey) this.selection.extend(this.order, from, to);
    return true;
  }

  /** The photos whose tiles meet a rectangle. @param {DOMRect} area in the window */
  within(area) {
    const { top, left } = this.container.getBoundingClientRect();
    const { width } = this.#columns();
    return this.#lines.flatMap(({ keys, top: own }) => (!keys || own + top > area.bottom || own + top + this.#height() < area.top ? []
      : keys.filter((_, column) => left + column * (width + GAP) < area.right && left + column * (width + GAP) + width > area.left)));
  }

  #target(key) {
    if (key === "Home") return this.order[0];
    if (key === "End") return this.order.at(-1);
    if (!(key in MOVES)) return undefined;
    const [across, down] = MOVES[key];
    if (across) return this.neighbor(this.current, across);
    const lines = this.#lines.filter(({ keys }) => keys);
    const line = lines.findIndex(({ keys }) => keys.includes(this.current));
    const next = lines[line + down]?.keys;
    return next ? next[Math.min(lines[line].keys.indexOf(this.current), next.length - 1)] : this.current;
  }

  #lineOf(key) {
    return this.#lines.findIndex(({ keys }) => keys?.includes(key));
  }

  #columns() {
    const room = this.container.clientWidth;
    const count = this.list ? 1 : Math.max(2, Math.floor((room + GAP) / (this.size + GAP)));
    return { count, width: Math.floor((room - GAP * (count - 1)) / count) };
  }

  #height() {
    return this.list ? ROW - GAP : this.#columns().width + CAPTION;
  }

  #layOut() {
    const { count } = this.#columns();
    let top = 0;
    this.#lines = [];
    for (const { title, keys } of this.#groups) {
      if (title && keys.length) {
        this.#lines.push({ head: title, top });
        top += HEAD;
      }
      for (let at = 0; at < keys.length; at += count, top += this.#height() + GAP) this.#lines.push({ keys: keys.slice(at, at + count), top });
    }
    this.container.style.height = `${top}px`;
    this.#draw();
  }

  #soon() {
    this.#drawing ||= requestAnimationFrame(() => { this.#drawing = 0; this.#draw(); });
  }

  #draw() {
    const start = -this.container.getBoundingClientRect().top - SPARE;
    const end = start + innerHeight + 2 * SPARE;
    const lines = this.#lines.filter(({ top }) => top > start - this.#height() && top < end);
    const { width } = this.#columns();
    const wanted = new Set(lines.flatMap(({ keys }) => keys ?? []));
    if (this.container.contains(document.activeElement) && this.current !== null) wanted.add(this.current);
    for (const [key, tile] of this.#tiles) if (!wanted.has(key)) this.#drop(key, tile);
    this.#heads.forEach((head) => head.remove());
    this.#heads = lines.filter(({ head }) => head).map(({ head, top }) => this.#head(head, top));
    for (const { keys, top } of lines) keys?.forEach((key, column) => this.#place(key, column * (width + GAP), top, width));
  }

  #head(title, top) {
    const head = document.createElement("div");
    head.className = "gallery-head";
    head.role = "presentation";
    head.textContent = title;
    head.style.top = `${top}px`;
    this.container.append(head);
    return head;
  }

  #drop(key, tile) {
    this.calls.release(tile);
    tile.remove();
    this.#tiles.delete(key);
  }

  #place(key, left, top, width) {
    const tile = this.#tiles.get(key) ?? this.#make(key);
    Object.assign(tile.style, { transform: `translate(${left}px, ${top}px)`, width: `${width}px`, height: `${this.#height()}px` });
    tile.setAttribute("aria-posinset", this.#places.get(key) + 1);
    tile.setAttribute("aria-setsize", this.order.length);
  }

  #make(key) {
    const tile = this.template.content.firstElementChild.cloneNode(true);
    tile.dataset.key = key;
    tile.tabIndex = key === this.current ? 0 : -1;
    tile.ariaSelected = String(this.selection.has(key));
    this.#tiles.set(key, tile);
    this.calls.fill(tile, key);
    this.container.append(tile);
    return tile;
  }

  #point(key) {
    if (key === null) return;
    for (const [one, tabIndex] of [[this.current, -1], [key, 0]]) if (this.#tiles.has(one)) this.#tiles.get(one).tabIndex = tabIndex;
    this.current = key;
  }
}

/** The key of the item that an element belongs to; null where it belongs to none. @param {any} [part] */
export function keyOf(part) {
  const key = part?.closest?.("[data-key]")?.dataset.key;
  if (key === undefined) return null;
  return /^\d{1,15}$/.test(key) ? Number(key) : key;  // ids are longer, and may look like numbers
}
