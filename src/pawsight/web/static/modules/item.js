// One photo of a gallery, and what can be said about it.

import { translated } from "./diagnoses.js";
import { _, megabytes, share } from "./i18n.js";

/**
 * @typedef {object} Answer as the API gives it
 * @property {string} id
 * @property {string} label
 * @property {string} verdict
 * @property {Object<string, number>} scores
 * @property {string} model
 * @property {string | null} correction
 * @property {string} [photo] the address of a small copy, which any browser can draw
 * @property {string} [heatmap] its address
 * @property {any} [maps] where it was classified on this device: what a heat map is drawn from
 */

/**
 * @typedef {object} Item
 * @property {any} key its place in the order of arrival, or the id on the server
 * @property {string} upload by which the server knows that it is sent again, also after the page was left
 * @property {string} name of the file, with folders
 * @property {number} size in bytes; 0 where it is not known before the photo is unpacked
 * @property {number} changed when the file was, in milliseconds since 1970
 * @property {number | null} source the number under which its file, or the ZIP it is in, is kept
 * @property {import("./zip.js").Entry | null} entry where in the ZIP it is
 * @property {"waiting" | "sending" | "looking" | "retrying" | "done" | "failed"} state
 * @property {number} [share] how much is sent, 0 to 1
 * @property {number} [seconds] until the next try
 * @property {boolean} [reached] whether the server is there, but busy
 * @property {Answer | null} answer
 * @property {{ code: string, detail?: string, size?: number } | null} error as the API gives it; a size in bytes where
 *   that is what is wrong
 * @property {Blob | string | null} thumb a small picture, or its address
 * @property {number[]} [hash] see similar.js
 * @property {boolean} [deleted] hidden, and soon deleted for good
 */

export const FAILED = "failed";
export const OPEN = "open";
export const UNREADABLE = "unreadable_file";  // by this browser: the server never saw it
export const NO_MODEL = "no_model";  // in this browser, where it is to classify

/** What the server tells the page about model and server. */
export const page = JSON.parse(document.querySelector("[data-page]").dataset.page);

/** The group of an item: its correction, or its verdict; `failed` or `open` where there is neither. @param {Item} item */
export function says(item) {
  if (item.answer) return item.answer.correction ?? item.answer.verdict;
  return item.state === "failed" ? FAILED : OPEN;
}

/** A name without line breaks and other control characters, each shown as the sign for it. @param {string} name */
export function shownName(name) {
  return name.replace(/\p{Cc}/gu, (one) => (one < " " ? String.fromCodePoint(0x2400 + one.codePointAt(0)) : "\u2421"));
}

/** A group in words; classes of other models are called as their folders. @param {string} group */
export function titleOf(group) {
  return page.titles[group] ?? group.replaceAll("_", " ");
}

/** The confidence of a prediction, 0.5 to 1: that of its least sure class. @param {Item} item */
export function sureness(item) {
  return item.answer ? Math.min(...Object.values(item.answer.scores).map((score) => Math.max(score, 1 - score))) : null;
}

/** What went wrong, in the language that the page has now. @param {Item} item */
export function trouble({ error: { code, detail, size } }) {
  if (code === NO_MODEL) return { title: _("The model does not load"), detail };
  if (code === UNREADABLE) return { title: _("This file cannot be read"), detail };
  const { title, detail: general } = page.problems[code] ?? page.problems.internal_error;
  const exact = size && _("It has {size}; at most {most} are accepted. Send a smaller copy.",
    { most: megabytes(page.maxBytes), size: megabytes(size) });
  return { title, detail: exact || translated(detail ?? "", page.diagnoses) || general || detail };
}

/** The state or answer of an item in a few words. @param {Item} item */
export function inWords(item) {
  switch (item.state) {
    case "done": return titleOf(says(item));
    case "failed": return trouble(item).title;
    case "sending": return _("Sending, {share}", { share: share(item.share ?? 0) });
    case "looking": return _("Looking");
    case "retrying": return item.reached ? _("Server busy, again in {seconds} s", { seconds: item.seconds })
      : _("Server away, again in {seconds} s", { seconds: item.seconds });
    default: return _("Waiting");
  }
}
