// How long the rest will take, from how fast the last ones were.

const LOOK_BACK = 30;

export class Eta {
  /** @type {number[]} when it began, and when the last ones were done, in milliseconds */
  #done = [performance.now()];

  /** One more is done. */
  tick() {
    this.#done = [...this.#done.slice(1 - LOOK_BACK), performance.now()];
  }

  /** Start again after a pause. */
  reset() {
    this.#done = [performance.now()];
  }

  /** @param {number} left how many are to do @returns {number | null} seconds; null while nobody can know */
  seconds(left) {
    if (this.#done.length < 6) return null;
    return (left * (this.#done.at(-1) - this.#done[0])) / (this.#done.length - 1) / 1000;
  }
}
