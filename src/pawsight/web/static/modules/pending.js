// Deletions that can still be undone, written down for the case that the page is left before they are final: `offline.js`,
// which every page has, then finishes them.

const KEY = "pawsight-deletions";

function read() {
  return JSON.parse(localStorage.getItem(KEY) ?? "{}");
}

/** Write down what is to be deleted. @param {string[]} urls @param {number} milliseconds from now on */
export function postpone(urls, milliseconds) {
  const due = Date.now() + milliseconds;
  localStorage.setItem(KEY, JSON.stringify({ ...read(), ...Object.fromEntries(urls.map((url) => [url, due])) }));
}

/** Drop it: undone, or done. @param {string[]} urls */
export function settle(urls) {
  localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(Object.entries(read()).filter(([url]) => !urls.includes(url)))));
}

/** Whether something is to be deleted. @param {string} url */
export function isPending(url) {
  return url in read();
}
