// A model that answers here: its graph in ONNX Runtime Web, on the processor, and everything else from its card.
import * as ort from "./vendor/ort.wasm.min.mjs";

import { readCard, readGraph } from "./card.js";
import { goldenPicture } from "./golden.js";
import { readPhoto } from "./photo.js";
import { fit } from "./resample.js";

ort.env.wasm.wasmPaths = new URL("./vendor/", import.meta.url).href;
ort.env.wasm.numThreads = 1; // more need headers that not every web server sends

export class Model {
  /** Fetch a model, check it, and let it answer its golden pictures; throws where it must not be trusted. */
  static async load(address) {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`Expected a model at ${address}, but it cannot be read (${response.status}).`);
    const file = new Uint8Array(await response.arrayBuffer());
    const card = readCard(file);
    const model = new Model(card, await ort.InferenceSession.create(await readGraph(file, card)));
    await model.checkGolden();
    return model;
  }

  constructor(card, session) {
    this.card = card;
    this.session = session;
    this.name = `${card.name}-${card.version}`;
  }

  /** Answer for one file: the same fields as a line of `pawsight predict --format jsonl`. */
  async answer(file) {
    const scores = await this.scores(await readPhoto(file, this.card.input.size));
    const label = Object.keys(scores).reduce((best, name) => (scores[name] > scores[best] ? name : best));
    return { path: file.name, label, verdict: this.verdict(scores), scores, model: this.name, error: null };
  }

  /** Class -> probability that it is in the picture. */
  async scores(picture) {
    const { data, width, height } = fit(picture, this.card.input);
    const answers = await this.session.run({ pixels: new ort.Tensor("uint8", data, [1, height, width, 3]) });
    const rounded = Array.from(answers.scores.data, (score) => Math.round(score * 1e6) / 1e6);
    return Object.fromEntries(this.card.classes.map((name, place) => [name, rounded[place]]));
  }

  /** A class, `both`, `neither` or `unsure`. */
  verdict(scores) {
    const { absent, present } = this.card.thresholds;
    const there = Object.keys(scores).filter((name) => scores[name] >= present);
    if (there.length > 1) return "both";
    if (Object.values(scores).some((score) => score > absent && score < present)) return "unsure";
    return there[0] ?? "neither";
  }

  async checkGolden() {
    const { seed, scores, tolerance } = this.card.golden;
    for (const [number, expected] of scores.entries()) {
      const received = await this.scores(goldenPicture(seed, number));
      for (const [name, score] of Object.entries(expected))
        if (!(Math.abs(received[name] - score) <= tolerance))
          throw new Error(
            `${this.name} answers golden picture ${number} with ${name} ${received[name].toFixed(3)}, but its card ` +
              `says ${score.toFixed(3)}. It is not used.`,
          );
    }
  }
}
