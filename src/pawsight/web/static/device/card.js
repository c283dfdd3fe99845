// @ts-check
// The card inside an ONNX file: the metadata property `pawsight.card`, which `pawsight export` puts at the file's end.
// Protobuf: tag 0x0a (key), its length, the key, tag 0x12 (value), the value's length as a varint, the value.
const MARK = [0x0a, 13, ...new TextEncoder().encode("pawsight.card"), 0x12];

/** @param {Uint8Array} file the content of a .onnx file
 *  @returns the card, as an object */
export function readCard(file) {
  const start = file.findLastIndex((_, place) => MARK.every((byte, offset) => file[place + offset] === byte));
  if (start < 0) throw new Error("Expected a model with its card inside. Write it with: pawsight export MODEL --to onnx");
  let [place, length, shift] = [start + MARK.length, 0, 0];
  for (; file[place] & 0x80; place++, shift += 7) length |= (file[place] & 0x7f) << shift;
  length |= file[place] << shift;
  return JSON.parse(new TextDecoder().decode(file.subarray(place + 1, place + 1 + length)));
}

/** The graph's own bytes, as the card describes them; throws where they are damaged. */
export async function readGraph(file, card) {
  const known = card.files["model.onnx"];
  const graph = file.slice(0, known.bytes);
  // Browsers hash only on pages that nobody could have changed on the way: https, and localhost.
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", graph));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (hex !== known.sha256) throw new Error("The model is damaged: its SHA-256 is not the one in its card.");
  }
  return graph;
}
