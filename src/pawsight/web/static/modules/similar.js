// Photos that look alike, by a difference hash of their thumbnails (64 bits: whether each of 8 x 8 places is brighter
// than the one to its right; N. Krawetz, "Kind of Like That", 2013).

const SIDE = 8;
const ALIKE = 12;  // bits of 64 that may differ

/** @param {Blob | HTMLImageElement} thumb @returns {Promise<number[]>} two numbers of 32 bits */
export async function hash(thumb) {
  const canvas = new OffscreenCanvas(SIDE + 1, SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const picture = await createImageBitmap(thumb, { resizeWidth: SIDE + 1, resizeHeight: SIDE, resizeQuality: "high" });
  context.drawImage(picture, 0, 0);
  picture.close();
  const { data } = context.getImageData(0, 0, SIDE + 1, SIDE);
  const gray = (at) => data[4 * at] * 0.299 + data[4 * at + 1] * 0.587 + data[4 * at + 2] * 0.114;
  const bits = [0, 0];
  for (let place = 0; place < SIDE * SIDE; place += 1) {
    const at = Math.floor(place / SIDE) * (SIDE + 1) + (place % SIDE);
    if (gray(at) > gray(at + 1)) bits[place >> 5] |= 1 << (place & 31);
  }
  return bits;
}

/** How many bits of two hashes differ. @param {number[]} one @param {number[]} other */
export function distance([a, b], [c, d]) {
  return ones(a ^ c) + ones(b ^ d);
}

function ones(value) {
  let left = value - ((value >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Put photos that look alike next to each other: each group begins with the first of its photos.
 * @param {{ key: any, hash?: number[] }[]} items
 * @returns {any[][]} keys in groups
 */
export function groups(items) {
  const found = [];
  for (const { key, hash: own } of items) {
    const group = own && found.find((one) => one.hash && distance(one.hash, own) <= ALIKE);
    if (group) group.keys.push(key);
    else found.push({ hash: own, keys: [key] });
  }
  return found.map(({ keys }) => keys);
}

/** The photos that look most like one. @returns {any[]} keys, the most alike first */
export function nearest(item, items, most) {
  if (!item.hash) return [];
  const others = items.filter((one) => one !== item && one.hash).map((one) => [distance(one.hash, item.hash), one.key]);
  return others.filter(([bits]) => bits <= ALIKE).sort(([a], [b]) => a - b).slice(0, most).map(([, key]) => key);
}
