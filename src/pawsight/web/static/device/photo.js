// @ts-check
// A file -> upright RGB, what is see-through on white; the browser's decoder does the work. Pawsight's own decoder gives
// the same pixels for most files; large JPEGs it decodes smaller in a way that browsers do not offer, and here their
// pixels are averaged instead, which is nearly the same.
import { reduce } from "./resample.js";

/** @typedef {{ data: Uint8Array | Uint8ClampedArray, width: number, height: number }} Picture three bytes a pixel */

/** The file is nothing that this browser decodes. */
export class UndecodableError extends Error {
  name = "UndecodableError";
}

/** The photo has more pixels than this browser's canvas or memory holds. */
export class TooLargeError extends Error {
  name = "TooLargeError";
}

/**
 * @param {Blob} file a photo
 * @param {number} size side of the model's square
 * @returns {Promise<Picture>}
 * @throws {UndecodableError | TooLargeError}
 */
export async function readPhoto(file, size) {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" }).catch((error) => {
    throw new UndecodableError("This browser cannot decode the file.", { cause: error });
  });
  return shrink(pixels(bitmap), 2 * size, file.type === "image/jpeg");
}

/** @param {ImageBitmap} bitmap closed by this @returns {Picture} */
function pixels(bitmap) {
  const { width, height } = bitmap;
  try {
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    // The pixels of a canvas that is too large for the browser are transparent.
    if (data[3] !== 255 || data[data.length - 1] !== 255) throw new RangeError("The canvas is too large.");
    return { data: withoutAlpha(data), width, height };
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof DOMException)) throw error;
    throw new TooLargeError("This photo is too large for this browser.", { cause: error });
  } finally {
    bitmap.close();
  }
}

function withoutAlpha(rgba) {
  const data = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    data[to++] = rgba[from];
    data[to++] = rgba[from + 1];
    data[to++] = rgba[from + 2];
  }
  return data;
}

/** No side below `least`: JPEGs by a half, a quarter or an eighth first, then all by whole blocks. */
function shrink(picture, least, isJpeg) {
  const halves = isJpeg ? [8, 4, 2].find((one) => Math.min(picture.width, picture.height) >= one * least) : undefined;
  const smaller = halves ? reduceAll(picture, halves) : picture;
  const factor = Math.floor(Math.min(smaller.width, smaller.height) / least);
  return factor >= 2 ? reduceAll(smaller, factor) : smaller;
}

function reduceAll(picture, factor) {
  return reduce(picture, factor, factor, [0, 0, picture.width, picture.height]);
}
