// The list as files: a table for spreadsheets and programs, and a ZIP sorted into folders.

import { photoOf } from "./classify-item.js";
import { page, says, trouble } from "./item.js";
import { pack } from "./zip.js";

/** @typedef {import("./item.js").Item} Item */

const PLEASE_CHECK = "please-check";  // as `pawsight sort` calls it
const ANOTHER_SYSTEMS = /[<>:"|?*\\\p{Cc}]/gu;

/** A table: the columns of `pawsight predict --format csv`, and the corrections. @param {Item[]} items */
export function table(items) {
  const header = ["path", "label", "verdict", ...page.classes, "model", "error_code", "error_message", "correction"];
  const rows = items.map((item) => {
    const { name, answer, error } = item;
    return [
      harmless(name), answer?.label, answer?.verdict, ...page.classes.map((one) => answer?.scores[one]),
      answer?.model, error?.code, error && inOneLine(trouble(item)), answer?.correction,
    ];
  });
  return new Blob([[header, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("")], { type: "text/csv" });
}

function inOneLine({ title, detail }) {
  return [title, detail].filter(Boolean).join(": ");
}

function cell(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A name that no spreadsheet takes for a formula and runs. @param {string} name */
function harmless(name) {
  return /^[=+\-@\t\r]/.test(name) ? `./${name}` : name;
}

/**
 * A ZIP of the photos that were answered for, in folders by what they show.
 * @param {Item[]} items
 * @param {(item: Item) => Promise<Blob>} getFile what holds the photo of an item
 * @param {(done: number) => void} packed called after each
 */
export function archive(items, getFile, packed) {
  return pack(sortedFiles(items, getFile, packed));
}

async function* sortedFiles(items, getFile, packed) {
  const taken = new Set();
  let done = 0;
  for (const item of items.filter(({ answer }) => answer)) {
    const folder = says(item) === "unsure" ? PLEASE_CHECK : says(item);
    const name = free(`${folder}/${item.name.split("/").at(-1).replace(ANOTHER_SYSTEMS, "_")}`, taken);
    yield { name, file: await photoOf(item, await getFile(item)), changed: item.changed };
    packed(done += 1);
  }
}

/** The name, or one with a number, so that no photo takes the place of another. */
function free(name, taken) {
  const dot = name.lastIndexOf(".") > name.indexOf("/") + 1 ? name.lastIndexOf(".") : name.length;
  let found = name;
  for (let count = 2; taken.has(found.toLowerCase()); count += 1) found = `${name.slice(0, dot)}-${count}${name.slice(dot)}`;
  taken.add(found.toLowerCase());
  return found;
}
