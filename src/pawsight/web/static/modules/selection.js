// Which photos are selected.

export class Selection {
  /** @type {Set<any>} */
  #keys = new Set();
  #anchor = null;

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  get size() {
    return this.#keys.size;
  }

  get keys() {
    return [...this.#keys];
  }

  has(key) {
    return this.#keys.has(key);
  }

  /** Add or remove one; it is where a range begins from now on. */
  toggle(key) {
    if (!this.#keys.delete(key)) this.#keys.add(key);
    this.#anchor = key;
    this.changed();
  }

  /** Add all from where the range begins to a photo. @param {any[]} order of all @param {any} from where no range has begun */
  extend(order, from, to) {
    if (!this.#keys.has(this.#anchor)) this.#anchor = from;
    const [first, last] = [order.indexOf(this.#anchor), order.indexOf(to)].sort((a, b) => a - b);
    this.add(order.slice(Math.max(0, first), last + 1));
  }

  /** @param {Iterable<any>} keys */
  add(keys) {
    for (const key of keys) this.#keys.add(key);
    this.changed();
  }

  /** Drop what is not shown any more. @param {Map<any, any>} shown */
  keep(shown) {
    const gone = this.keys.filter((key) => !shown.has(key));
    gone.forEach((key) => this.#keys.delete(key));
    if (gone.length) this.changed();
  }

  clear() {
    if (!this.#keys.size) return;
    this.#keys.clear();
    this.#anchor = null;
    this.changed();
  }
}
