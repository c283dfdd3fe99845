// Photos as the server lists them, for the gallery of a visitor's own photos and for that of the archive.

const language = document.documentElement.lang;

/**
 * @typedef {object} Listed
 * @property {any[]} photos
 * @property {number} pages
 * @property {number} [total] photos on all pages
 */

/** One page of the list. @param {string} address @param {number} number from 1 @returns {Promise<Listed>} */
export async function listed(address, number) {
  const url = new URL(address, location.href);
  url.searchParams.set("page", String(number));
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  return response.json();
}

/** A listed photo as an item. @param {any} photo @param {string} [name] of its file; when it came, where nobody knows */
export function itemOf({ id, created, photo, ...answer }, name) {
  const changed = Date.parse(created);
  const date = new Date(changed).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  const known = { key: id, name: name ?? date, changed };
  if (!answer.model) return /** @type {any} */ ({ ...known, state: "failed", answer: null, error: { code: "unanswered" }, thumb: null });
  return /** @type {any} */ ({ ...known, state: "done", answer: { id, ...answer }, error: null, thumb: photo });
}
