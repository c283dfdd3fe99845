// Photos that are one picture: `pawsight.data.duplicates`. Candidates by a perceptual hash (DCT), confirmed on gray
// thumbnails. Twins stand on one side of every fold, or a model looks better than it is.

import { resize } from "../resample.js";

const [SIDE, LOW, THUMBNAIL] = [32, 8, 16];
const [MOST_BITS, MOST_DIFFERENCE] = [8, 12];
const COSINES = Array.from({ length: LOW }, (_, wave) => Array.from({ length: SIDE }, (_one, at) => Math.cos((Math.PI * wave * (2 * at + 1)) / (2 * SIDE))));

/** What a photo looks like. @param {import("../photo.js").Picture} picture @returns {{ bits: boolean[], thumbnail: number[] }} */
export function looks(picture) {
  const small = gray(resize(picture, THUMBNAIL, THUMBNAIL, "bicubic"));
  const pixels = gray(resize(picture, SIDE, SIDE, "bicubic"));
  const rows = COSINES.map((wave) => Array.from({ length: SIDE }, (_, column) => wave.reduce((sum, one, row) => sum + one * pixels[row * SIDE + column], 0)));
  const low = rows.flatMap((row) => COSINES.map((wave) => wave.reduce((sum, one, at) => sum + one * row[at], 0)));
  const order = low.toSorted((a, b) => a - b);
  const median = (order[LOW * LOW / 2 - 1] + order[LOW * LOW / 2]) / 2;
  return { bits: low.map((one) => one > median), thumbnail: small };
}

/** Equal numbers for photos that are twins, or twins of twins. @param {{ digest: string, bits: boolean[], thumbnail: number[] }[]} photos */
export function groupTwins(photos) {
  const groups = photos.map((_, at) => at);
  photos.forEach((photo, at) => {
    for (let other = 0; other < at; other += 1) {
      if (groups[other] !== groups[at] && areTwins(photo, photos[other])) {
        const [from, to] = [groups[at], groups[other]];
        groups.forEach((one, place) => { if (one === from) groups[place] = to; });
      }
    }
  });
  const order = [...new Set(groups)];
  return groups.map((one) => order.indexOf(one));
}

function areTwins(one, other) {
  if (one.digest === other.digest) return true;
  if (one.bits.filter((bit, at) => bit !== other.bits[at]).length > MOST_BITS) return false;
  const apart = one.thumbnail.map((level, at) => level - other.thumbnail[at]);
  const mean = apart.reduce((sum, level) => sum + level, 0) / apart.length;
  return apart.reduce((sum, level) => sum + Math.abs(level - mean), 0) / apart.length <= MOST_DIFFERENCE;
}

/** Pillow's gray (ITU-R 601-2 luma). @returns {number[]} */
function gray({ data }) {
  return Array.from({ length: data.length / 3 }, (_, at) => (19595 * data[3 * at] + 38470 * data[3 * at + 1] + 7471 * data[3 * at + 2] + 0x8000) >> 16);
}
