// ZIPs, read and written with zip.js, which is loaded only where there is one. Nothing is unpacked before its turn, and
// nothing beyond a limit: a ZIP of a few kilobytes can promise petabytes.

import { _ } from "./i18n.js";

export const LIBRARY = new URL("../../static/vendor/zip-core.min.js", import.meta.url).href;  // hatch_build.py brings it
const MOST_ENTRIES = 5000;
const MOST_DIRECTORY = 20e6;  // bytes
const MOST = 64e6;  // bytes of one photo
const HERE = { useWebWorkers: false };  // its workers start from blobs, which the Content-Security-Policy forbids

/**
 * @typedef {object} Entry what finds one file in a ZIP again, also after the page was left
 * @property {string} name
 * @property {number} offset of its header in the ZIP
 */

/** Is for people as it is. */
class ForPeople extends Error {}

let loading = null;
const directories = new WeakMap();  // ZIP -> promise of its entries by their offsets

function library() {
  loading ??= import(LIBRARY).then(() => globalThis.zip);
  return loading.catch(() => {
    loading = null;
    throw new ForPeople(_("the ZIP library (zip.js) did not load"));
  });
}

/**
 * List the files in a ZIP.
 * @param {Blob} file
 * @returns {Promise<Entry[]>}
 * @throws {Error} with words for people
 */
export async function list(file) {
  const entries = [...(await directory(file)).values()];
  return entries.filter((entry) => !entry.directory).map(({ filename, offset }) => ({ name: filename, offset }));
}

function directory(file) {
  if (!directories.has(file)) {
    const reading = readDirectory(file).catch((error) => {
      directories.delete(file);
      throw error instanceof ForPeople ? error : new ForPeople(_("it is damaged or too large"));
    });
    directories.set(file, reading);
  }
  return directories.get(file);
}

async function readDirectory(file) {
  const zip = await library();
  // Names that lead out of a folder do no harm here: nothing is ever written where they say.
  const reader = new zip.ZipReader(bounded(new zip.BlobReader(file)), { ...HERE, filenameValidation: "tolerant" });
  const found = new Map();
  let count = 0;
  for await (const entry of reader.getEntriesGenerator()) {
    count += 1;
    if (count > MOST_ENTRIES) throw new ForPeople(_("it holds more than {most} files", { most: MOST_ENTRIES }));
    found.set(entry.offset, entry);
  }
  return found;
}

/** A reader that never takes much into memory at once, as a false size of the directory would have it do. */
function bounded(reader) {
  const read = reader.readUint8Array.bind(reader);
  reader.readUint8Array = async (offset, length) => {
    if (length > MOST_DIRECTORY) throw new RangeError("The directory is too large.");
    return read(offset, length);
  };
  return reader;
}

/**
 * Take one file out.
 * @param {Blob} file the ZIP
 * @param {Entry} wanted
 * @returns {Promise<Blob>}
 * @throws {Error} with words for people
 */
export async function unpack(file, { offset }) {
  const entry = (await directory(file)).get(offset);
  if (!entry) throw new ForPeople(_("The ZIP is damaged here."));
  if (entry.encrypted) throw new ForPeople(_("It is locked with a password."));
  if (entry.uncompressedSize > MOST) throw new ForPeople(_("It would unpack to more than {most} MB.", { most: MOST / 1e6 }));
  const zip = await library();
  try {
    return await entry.getData(new zip.BlobWriter(), { checkCRC32: true });  // stops where there is more than it says
  } catch (error) {
    throw new ForPeople(error.message === zip.ERR_UNSUPPORTED_COMPRESSION
      ? _("It is packed in a way that browsers cannot undo.") : _("The ZIP is damaged here."));
  }
}

/**
 * Make a ZIP of files as they are, without packing them: photos would not become smaller.
 * @param {AsyncIterable<{ name: string, file: Blob, changed: number }>} files names with folders; changed in
 *   milliseconds since 1970
 * @returns {Promise<Blob>}
 * @throws {Error} with words for people
 */
export async function pack(files) {
  const zip = await library();
  const writer = new zip.ZipWriter(new zip.BlobWriter("application/zip"), { ...HERE, level: 0, dataDescriptor: false });
  for await (const { name, file, changed } of files) {
    await writer.add(name, new zip.BlobReader(file), { lastModDate: new Date(changed) }).catch(forPeople);
  }
  return writer.close().catch(forPeople);
}

/** Where a browser's room ends, Chromium gives `undefined` as the reason, others errors of their own. */
function forPeople(error) {
  if (["NotReadableError", "NotFoundError"].includes(error?.name)) throw error;  // a photo that is gone
  throw new ForPeople(_("The browser has no room for so large a ZIP; a private window has less. Select fewer photos at a time."));
}
