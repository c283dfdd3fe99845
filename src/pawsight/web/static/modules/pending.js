// Deletions that can still be undone, written down for the case that the page is left before they are final.

export class Pending {
  #key;

  /** @param {string} key under which this browser keeps them */
  constructor(key) {
    this.#key = key;
  }

  /** What is written down, and when each is due, in milliseconds since 1970. @returns {[string, number][]} */
  get entries() {
    return Object.entries(JSON.parse(localStorage.getItem(this.#key) ?? "{}"));
  }

  /** Write down what is to be deleted. @param {string[]} names @param {number} milliseconds from now on */
  postpone(names, milliseconds) {
    const due = Date.now() + milliseconds;
    this.#write([...this.entries, ...names.map((name) => /** @type {[string, number]} */ ([name, due]))]);
  }

  /** Drop it: undone, or done. @param {string[]} names */
  settle(names) {
    const gone = new Set(names);
    this.#write(this.entries.filter(([name]) => !gone.has(name)));
  }

  /** Whether something is to be deleted. @param {string} name */
  has(name) {
    return this.entries.some(([one]) => one === name);
  }

  #write(entries) {
    localStorage.setItem(this.#key, JSON.stringify(Object.fromEntries(entries)));
  }
}

/** The visitor's own photos, by the addresses of the API: `offline.js`, which every page has, finishes these. */
export const ownPhotos = new Pending("pawsight-deletions");
