// Files that were chosen, dropped or found in a folder or a ZIP -> items of the list.

import { keepSource } from "./db.js";
import { newKey } from "./sending.js";

const PHOTO = /\.(jpe?g|jpe|jfif|png|webp|gif|avif|bmp|heic|heif|tiff?)$/i;
const HIDDEN = /(^|\/)(\.|__MACOSX\/)/;

/**
 * @typedef {object} Taken
 * @property {object[]} items without keys
 * @property {number} left other files, which a folder or a ZIP often holds
 * @property {{ name: string, reason: string }[]} refused ZIPs that cannot be read
 * @property {boolean} kept whether this browser has written all of it down
 */

const paths = new WeakMap();  // file -> its folders and name, where it came in a folder that was dropped

/** All files that were dropped, also those in folders. @param {DataTransfer} transfer @returns {Promise<File[]>} */
export async function dropped(transfer) {
  const entries = Array.from(transfer.items, (one) => one.webkitGetAsEntry?.());  // gone after the event: take all now
  const plain = Array.from(transfer.files);
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  return (await Promise.all(entries.filter(Boolean).map(filesIn))).flat();
}

async function filesIn(entry) {
  if (entry.isFile) {
    const file = await new Promise((done, fail) => { entry.file(done, fail); });
    if (entry.fullPath.lastIndexOf("/") > 0) paths.set(file, entry.fullPath.slice(1));
    return [file];
  }
  const reader = entry.createReader();
  const found = [];
  for (let some; (some = await new Promise((done, fail) => { reader.readEntries(done, fail); })).length;) found.push(...some);
  return (await Promise.all(found.map(filesIn))).flat();
}

/** Take files in. @param {File[]} files @returns {Promise<Taken>} */
export async function take(files) {
  /** @type {Taken} */
  const taken = { items: [], left: 0, refused: [], kept: true };
  for (const file of files) {
    const path = paths.get(file) ?? file.webkitRelativePath;
    if (path && !isPhoto(path)) taken.left += 1;
    else if (await isZip(file).catch(() => false)) await takeZip(file, taken);
    else taken.items.push(item(path || file.name, file, await keepFile(file, taken)));
  }
  return taken;
}

/** Whether a file begins as ZIPs do; what reads them is loaded where there is one. @param {Blob} file */
async function isZip(file) {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return [0x50, 0x4b, 3, 4].every((byte, place) => head[place] === byte);
}

async function takeZip(file, taken) {
  try {
    const { list } = await import("./zip.js");
    const entries = await list(file);
    const photos = entries.filter(({ name }) => isPhoto(name));
    const source = photos.length ? await keepFile(file, taken) : null;
    taken.left += entries.length - photos.length;
    taken.items.push(...photos.map((entry) => item(entry.name, file, source, entry)));
  } catch (error) {
    taken.refused.push({ name: file.name, reason: error.message });
  }
}

function isPhoto(path) {
  return PHOTO.test(path) && !HIDDEN.test(path);
}

function item(name, file, source, entry = null) {
  return {
    name, source, entry, upload: newKey(), size: entry ? 0 : file.size, changed: file.lastModified,
    state: "waiting", answer: null, error: null, thumb: null, file,
  };
}

/** The number under which a file is kept; null where this browser has no room for it. */
async function keepFile(file, taken) {
  try {
    return await keepSource(file);
  } catch {
    taken.kept = false;
    return null;
  }
}
