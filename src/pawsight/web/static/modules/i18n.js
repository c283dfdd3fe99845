// Texts and numbers in the page's language. Texts stand in English where they are used; the server puts the others into
// the page.

const words = JSON.parse(document.querySelector("[data-words]").dataset.words);
const language = document.documentElement.lang;

/**
 * A text in the page's language.
 * @param {string} text in English, with holes such as {name}
 * @param {Object<string, string | number>} values for the holes
 */
export function _(text, values = {}) {
  return (words[text] ?? text).replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** A size for people: `2.5 MB`. @param {number} bytes */
export function megabytes(bytes) {
  const format = { style: /** @type {const} */ ("unit"), unit: "megabyte", maximumFractionDigits: 1 };
  return (bytes / 1e6).toLocaleString(language, format);
}

/** A whole number for people: `1,917`. @param {number} value */
export function number(value) {
  return value.toLocaleString(language);
}

/** A probability for people; never 0 or 100 %, as on the server's pages. @param {number} score */
export function percent(score) {
  const [sign, shown] = score < 0.001 ? ["<", 0.1] : score > 0.999 ? [">", 99.9] : ["", score * 100];
  const digits = shown.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return [sign, digits, "%"].filter(Boolean).join("\u00a0");
}

/** A part of a whole for people: `40 %`. @param {number} part */
export function share(part) {
  return `${number(Math.round(100 * part))}\u00a0%`;
}

/** A time for people: `40 seconds`, `3 minutes`. @param {number} seconds */
export function duration(seconds) {
  const [value, unit] = seconds < 55 ? [Math.max(5, Math.ceil(seconds / 5) * 5), "second"]
    : seconds < 3300 ? [Math.round(seconds / 60), "minute"] : [Math.round(seconds / 360) / 10, "hour"];
  return value.toLocaleString(language, { style: "unit", unit, unitDisplay: "long" });
}
