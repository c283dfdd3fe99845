// Features of things that nobody asked about, which come with a model: `pawsight.learn.outliers`. A NumPy `.npz` file is a
// ZIP of arrays.

import { unit } from "./head.js";

const LEVELS = 15;  // four bits

/** @param {(name: string) => Promise<Uint8Array>} read unpacks one array @returns {Promise<{ outliers: Float64Array[], kinds: string[] }>} */
export async function readBank(read) {
  const [packed, dimensions, names] = await Promise.all(["packed", "dimensions", "kinds"].map(async (name) => array(await read(`${name}.npy`))));
  const size = new DataView(dimensions.data.buffer, dimensions.data.byteOffset).getInt32(0, true);
  const [count, width] = packed.shape;
  const outliers = Array.from({ length: count }, (_, row) => {
    const bytes = packed.data.subarray(row * width, (row + 1) * width);
    const levels = Array.from(bytes).flatMap((byte) => [byte >> 4, byte & 15]).slice(0, size);
    return unit(levels.map((level) => Math.fround(level / LEVELS) ** 2));
  });
  const letters = names.data.length / names.shape[0];
  const kinds = outliers.map((_, row) => text(names.data.subarray(row * letters, (row + 1) * letters)));
  return { outliers, kinds };
}

/** The shape and the bytes of an array (NumPy's format 1 to 3). @param {Uint8Array} file */
function array(file) {
  const view = new DataView(file.buffer, file.byteOffset);
  const long = file[6] > 1;
  const start = long ? 12 : 10;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder().decode(file.subarray(start, start + length));
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(",").filter((one) => one.trim()).map(Number);
  return { shape, data: file.slice(start + length) };
}

/** UTF-32, little-endian, filled up with zeros. */
function text(bytes) {
  const codes = new Uint32Array(bytes.slice().buffer);
  return String.fromCodePoint(...codes.filter((code) => code));
}
