// What was done, so that it can be undone step by step.

export class Steps {
  /** @type {{ words: string, undo: () => void }[]} */
  #done = [];

  /** @param {() => void} changed whether there is something to undo may be different now */
  constructor(changed) {
    this.changed = changed;
  }

  get size() {
    return this.#done.length;
  }

  /** @param {string} words what was done @param {() => void} undo */
  add(words, undo) {
    const step = { words, undo };
    this.#done.push(step);
    this.changed();
    return step;
  }

  /** A step that can no longer be undone. */
  drop(step) {
    this.#done = this.#done.filter((one) => one !== step);
    this.changed();
  }

  /** Undo the last step. @returns {string | null} what it was */
  undo() {
    const step = this.#done.pop();
    step?.undo();
    this.changed();
    return step?.words ?? null;
  }
}
