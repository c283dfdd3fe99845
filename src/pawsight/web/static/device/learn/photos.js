// What is learned from a photo: features from the model's trunk, what it looks like, and a hash of its content.

import { readPhoto } from "../photo.js";
import { sha256 } from "./folder.js";
import { unit } from "./head.js";
import { looks } from "./twins.js";

/** @typedef {{ digest: string, features: Float64Array, bits: boolean[], thumbnail: number[] }} Studied */

/** @param {import("../model.js").Model} model @param {Blob} file @returns {Promise<Studied>} */
export async function study(model, file) {
  const picture = await readPhoto(file, model.card.input.size);
  const { features } = await model.run(picture);
  return { digest: sha256(new Uint8Array(await file.arrayBuffer())), features: unit(features), ...looks(picture) };
}
