// @ts-check
// A model that answers here: its graph in ONNX Runtime Web, on the processor, and everything else from its card.
import * as ort from "./vendor/ort.wasm.min.js";

import { readCard, readGraph } from "./card.js";
import { goldenPicture } from "./golden.js";
import { readPhoto } from "./photo.js";
import { fit } from "./resample.js";
import { judge } from "./verdict.js";

/**
 * @typedef {object} Maps evidence for each class at each place
 * @property {string[]} classes in the order of the evidence; keys of an object come in another one where names are numbers
 * @property {number[]} evidence rows x columns x classes, in logits
 * @property {number} rows
 * @property {number} columns
 * @property {"crop" | "pad" | "squash"} fit how the photo was fitted to the square that the map covers
 */

/** @typedef {{ label: string, verdict: string, scores: Object<string, number>, maps: Maps, features: Float32Array, model: string }} Predicted */

const VENDOR = new URL("./vendor/", import.meta.url);
ort.env.wasm.wasmPaths = { mjs: new URL("ort-wasm-simd-threaded.js", VENDOR).href };
ort.env.wasm.numThreads = 1; // more need headers that not every web server sends

export class Model {
  /** Fetch a model, check it, and let it answer its golden pictures; throws where it must not be trusted. */
  static async load(address) {
    ort.env.wasm.wasmBinary ??= await runtime();
    const response = await fetch(address);
    if (!response.ok) throw new Error(`The model ${address} cannot be read (status ${response.status}).`);
    const file = new Uint8Array(await response.arrayBuffer());
    const card = readCard(file);
    const model = await Model.of(card, await readGraph(file, card));
    await model.checkGolden();
    return model;
  }

  /** A model of a card and a graph that nobody has checked yet. @param {any} card @param {Uint8Array} graph */
  static async of(card, graph) {
    return new Model(card, graph, await ort.InferenceSession.create(graph));
  }

  constructor(card, graph, session) {
    this.card = card;
    this.graph = graph;
    this.session = session;
    this.name = `${card.name}-${card.version}`;
  }

  /** Answer for one file: the same fields as a line of `pawsight predict --format jsonl`. */
  async answer(file) {
    const { label, verdict, scores } = await this.predict(file);
    return { path: file.name, label, verdict, scores, model: this.name, error: null };
  }

  /** Classify a photo. @param {Blob} file @returns {Promise<Predicted>} */
  async predict(file) {
    const said = await this.run(await readPhoto(file, this.card.input.size));
    return { ...judge(said.scores, this.card.thresholds), ...said, model: this.name };
  }

  /**
   * What the graph puts out for a picture.
   * @param {import("./photo.js").Picture} picture
   * @returns {Promise<{ scores: Object<string, number>, maps: Maps, features: Float32Array }>}
   */
  async run(picture) {
    const { data, width, height } = fit(picture, this.card.input);
    const said = await this.session.run({ pixels: new ort.Tensor("uint8", data, [1, height, width, 3]) });
    const scores = this.card.classes.map((name, place) => [name, Math.round(said.scores.data[place] * 1e6) / 1e6]);
    const [, rows, columns] = said.maps.dims;
    return {
      scores: Object.fromEntries(scores),
      maps: { classes: this.card.classes, evidence: Array.from(said.maps.data), rows, columns, fit: this.card.input.fit },
      features: said.features.data,
    };
  }

  /** What the model says of its golden pictures. @returns {Promise<Object<string, number>[]>} */
  async goldenScores() {
    const { seed, scores } = this.card.golden;
    const found = [];
    for (const number of scores.keys()) found.push((await this.run(goldenPicture(seed, number))).scores);
    return found;
  }

  async checkGolden() {
    const { seed, scores, tolerance } = this.card.golden;
    for (const [number, expected] of scores.entries()) {
      const { scores: received } = await this.run(goldenPicture(seed, number));
      for (const [name, score] of Object.entries(expected))
        if (!(Math.abs(received[name] - score) <= tolerance))
          throw new Error(
            `${this.name} answers golden picture ${number} with ${name} ${received[name].toFixed(3)}, but its card ` +
              `says ${score.toFixed(3)}. It is not used.`,
          );
    }
  }
}

/** ONNX Runtime's WebAssembly, which is stored packed. @returns {Promise<ArrayBuffer>} */
async function runtime() {
  const packed = await fetch(new URL("ort-wasm-simd-threaded.wasm.gzip", VENDOR));
  if (!packed.ok) throw new Error(`ONNX Runtime Web cannot be read (status ${packed.status}).`);
  return new Response(packed.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
