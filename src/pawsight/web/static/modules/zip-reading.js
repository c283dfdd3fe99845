// Photos out of a ZIP, one at a time, by what its directory says (PKWARE's APPNOTE). Nothing is unpacked before its turn,
// and nothing beyond a limit: a ZIP of a few kilobytes can promise petabytes.

import { _ } from "./words.js";

const MOST_ENTRIES = 5000;
const MOST_DIRECTORY = 20e6;  // bytes
const MOST = 64e6;  // bytes of one photo
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

/**
 * @typedef {object} Entry what the directory says of one file
 * @property {string} name
 * @property {number} method 0: stored, 8: deflated
 * @property {number} packed bytes in the ZIP
 * @property {number} offset of its header in the ZIP
 * @property {boolean} locked with a password
 */

/** @param {Blob} file */
export async function isZip(file) {
  return (await view(file, 0, 4)).getUint32(0, true) === LOCAL;
}

/**
 * List what a ZIP holds.
 * @param {Blob} file
 * @returns {Promise<Entry[]>}
 * @throws {Error} with words for people
 */
export async function list(file) {
  const { count, size, offset } = await directory(file);
  if (count > MOST_ENTRIES) throw new Error(_("it holds more than {most} files", { most: MOST_ENTRIES }));
  if (size > MOST_DIRECTORY || offset + size > file.size) throw new Error(_("it is damaged or too large"));
  const bytes = await view(file, offset, size);
  const found = [];
  for (let place = 0; found.length < count; place += found.at(-1).length) found.push(entry(bytes, place));
  return found.filter(({ name }) => !name.endsWith("/"));
}

async function directory(file) {
  const start = Math.max(0, file.size - 65557);
  const tail = await view(file, start, file.size - start);
  for (let place = tail.byteLength - 22; place >= 0; place -= 1) {
    if (tail.getUint32(place, true) === END) {
      return {
        count: tail.getUint16(place + 10, true), size: tail.getUint32(place + 12, true), offset: tail.getUint32(place + 16, true),
      };
    }
  }
  throw new Error(_("it is damaged or too large"));
}

function entry(bytes, place) {
  if (place + 46 > bytes.byteLength || bytes.getUint32(place, true) !== ENTRY) throw new Error(_("it is damaged or too large"));
  const [name, extra, comment] = [28, 30, 32].map((at) => bytes.getUint16(place + at, true));
  return {
    name: decode(new Uint8Array(bytes.buffer, place + 46, Math.min(name, bytes.byteLength - place - 46))),
    method: bytes.getUint16(place + 10, true),
    packed: bytes.getUint32(place + 20, true),
    offset: bytes.getUint32(place + 42, true),
    locked: (bytes.getUint16(place + 8, true) & 1) === 1,
    length: 46 + name + extra + comment,
  };
}

/** A name, in UTF-8 as nearly all write it today, or letter by letter. */
function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * Take one file out.
 * @param {Blob} file the ZIP
 * @param {Entry} entry
 * @returns {Promise<Blob>}
 * @throws {Error} with words for people
 */
export async function unpack(file, { method, packed, offset, locked }) {
  if (locked) throw new Error(_("It is locked with a password."));
  const header = await view(file, offset, 30);
  if (header.getUint32(0, true) !== LOCAL) throw new Error(_("The ZIP is damaged here."));
  const start = offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const content = file.slice(start, start + packed);
  if (method === 0) return content;
  if (method !== 8) throw new Error(_("It is packed in a way that browsers cannot undo."));
  return inflate(content);
}

async function inflate(content) {
  const parts = [];
  let size = 0;
  const reader = content.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => { throw new Error(_("The ZIP is damaged here.")); });
    if (done) return new Blob(parts);
    size += value.length;
    if (size > MOST) {
      reader.cancel().catch(() => {});
      throw new Error(_("It would unpack to more than {most} MB.", { most: MOST / 1e6 }));
    }
    parts.push(value);
  }
}

async function view(file, start, size) {
  const bytes = await file.slice(start, start + size).arrayBuffer();
  return new DataView(bytes.byteLength < 30 && size <= 30 ? padded(bytes) : bytes);
}

/** Headers that the file is too short for read as zeros, which no signature is. */
function padded(bytes) {
  const whole = new Uint8Array(30);
  whole.set(new Uint8Array(bytes));
  return whole.buffer;
}
