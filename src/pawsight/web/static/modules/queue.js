// Work that waits in line, a few at a time.

/** @template Item */
export class Queue {
  #waiting = [];
  #running = 0;
  #open = true;

  /**
   * @param {number} count how many at once
   * @param {(item: Item) => Promise<void>} work that never fails
   */
  constructor(count, work) {
    this.count = count;
    this.work = work;
  }

  /** Whether nothing runs. */
  get idle() {
    return this.#running === 0;
  }

  get open() {
    return this.#open;
  }

  /** @param {Iterable<Item>} items */
  add(items) {
    this.#waiting.push(...items);
    this.#fill();
  }

  /** Let nothing new begin; what runs goes on. */
  pause() {
    this.#open = false;
  }

  resume() {
    this.#open = true;
    this.#fill();
  }

  /** Drop those that have not begun. */
  clear() {
    this.#waiting = [];
  }

  #fill() {
    while (this.#open && this.#running < this.count && this.#waiting.length) this.#run(this.#waiting.shift());
  }

  async #run(item) {
    this.#running += 1;
    await this.work(item);
    this.#running -= 1;
    this.#fill();
  }
}
