// A ZIP of files as they are, without packing them again (PKWARE's APPNOTE). The files stay where they are: only their
// headers are made here, and the browser joins them when it writes the download.

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
const UTF8 = 0x0800;
const MOST = 0xffffffff;

/** The checksum of ZIP and PNG. @param {Uint8Array} bytes */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/**
 * @param {AsyncIterable<{ name: string, file: Blob, changed: number }>} files names with folders; changed in
 *   milliseconds since 1970
 * @returns {Promise<Blob>}
 * @throws {RangeError} they are more than such a ZIP can hold, which is 4 GB
 */
export async function pack(files) {
  const parts = [];
  const entries = [];
  let offset = 0;
  for await (const { name, file, changed } of files) {
    const told = about(new TextEncoder().encode(name), file.size, crc32(new Uint8Array(await file.arrayBuffer())), changed);
    const header = local(told);
    parts.push(header, file);
    entries.push(central(told, offset));
    offset += header.length + file.size;
    if (offset > MOST || entries.length > 0xffff) throw new RangeError("more than 4 GB");
  }
  return new Blob([...parts, ...entries, end(entries, offset)], { type: "application/zip" });
}

function about(name, size, crc, changed) {
  const at = new Date(changed);
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  const day = (Math.max(0, at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  return { name, size, crc, time, day };
}

/** The fields that both headers share: version 2.0, a UTF-8 name, stored. */
function common({ name, size, crc, time, day }) {
  return [[2, 20], [2, UTF8], [2, 0], [2, time], [2, day], [4, crc], [4, size], [4, size], [2, name.length], [2, 0]];
}

function local(told) {
  return joined([[4, 0x04034b50], ...common(told)], told.name);
}

function central(told, offset) {
  return joined([[4, 0x02014b50], [2, 20], ...common(told), [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]], told.name);
}

function end(entries, offset) {
  const size = entries.reduce((sum, entry) => sum + entry.length, 0);
  const fields = [[4, 0x06054b50], [2, 0], [2, 0], [2, entries.length], [2, entries.length], [4, size], [4, offset], [2, 0]];
  return joined(fields, new Uint8Array());
}

/** Numbers of two or four bytes, the lowest byte first, and then some bytes as they are. */
function joined(fields, rest) {
  const numbers = fields.flatMap(([length, value]) => Array.from({ length }, (_, byte) => (value >>> (8 * byte)) & 0xff));
  return Uint8Array.from([...numbers, ...rest]);
}
