// What exactly is wrong, in the page's language: the API says it in English, with its figures filled in, and the server
// puts the texts with their translations into the page (`web/ui/diagnoses.py`).

const HOLE = /\{(\w+)\}/g;
const NUMBER = /^[\d,]+(?:\.\d+)?$/;

/**
 * @param {string} said by the API
 * @param {Object<string, string>} texts English, with holes such as {name} -> the page's language
 * @returns {string} empty where it is not among them, all or in part
 */
export function translated(said, texts) {
  for (const [text, words] of Object.entries(texts)) {
    const found = recognizing(text).exec(said);
    if (!found) continue;
    const { _rest: rest, ...values } = found.groups ?? {};
    const more = rest && translated(rest, texts);
    if (rest && !more) continue;
    return [words.replace(HOLE, (_hole, name) => value(values[name], texts)), more].filter(Boolean).join(" ");
  }
  return "";
}

/** A pattern for a text; for a sentence maybe with another one behind it. */
function recognizing(text) {
  const parts = text.split(HOLE).map((part, place) => (place % 2 ? `(?<${part}>.*?)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${parts.join("")}${text.endsWith(".") ? "(?: (?<_rest>.+))?" : ""}$`, "s");
}

/** What stands in a hole: a number, a text that is listed, too, or a name. */
function value(said, texts) {
  if (NUMBER.test(said)) return Number(said.replaceAll(",", "")).toLocaleString(document.documentElement.lang);
  return translated(said, texts) || said;
}
