// From studied photos to a model that predicts, and to its folder.

import { Model } from "../model.js";
import { draftCard, seal } from "./folder.js";
import { replaceHead } from "./graph.js";
import { logits, toScores, unit } from "./head.js";

export { study } from "./photos.js";
export { readBank } from "./bank.js";

const TOLERANCE = 1e-3;  // between the new graph and what it was made of

/**
 * Without a model where too few classes have enough different photos.
 * @param {string} name of the model
 * @param {Model} base whose trunk is used
 * @param {object} data for `worker.js`: photos, the bank, and whether a photo may show several classes
 * @param {(done: number, of: number) => void} progress
 * @returns {Promise<{ learned: any, model?: Model, files?: Object<string, Uint8Array> }>}
 */
export async function train(name, base, data, progress) {
  const learned = await work(data, progress);
  if (!learned.head) return { learned };
  const graph = replaceHead(base.graph, learned.head);
  const card = draftCard(name, base.card, graph, learned);
  const model = await Model.of(card, graph);
  await checkParity(base, model, learned.head);
  card.golden.scores = await model.goldenScores();
  return { model, learned, files: seal(card, graph) };
}

/**
 * How many photos of each class to add until 19 of 20 are found, in a tenth of the time that training takes.
 * @param {object} data as for `train`
 * @param {AbortSignal} signal ends it: the promise is then never settled
 * @returns {Promise<{ more: Object<string, any> }>}
 */
export function forecast(data, signal) {
  return work({ ...data, only: "forecast" }, () => {}, signal);
}

/** @param {AbortSignal} [signal] */
function work(data, progress, signal) {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  return new Promise((done, fail) => {
    worker.addEventListener("message", ({ data: said }) => {
      if (said.result) done(said.result);
      else progress(said.done, said.of);
    });
    worker.addEventListener("error", ({ message }) => fail(new Error(message)));
    signal?.addEventListener("abort", () => worker.terminate());
    worker.postMessage(data);
  }).finally(() => worker.terminate());
}

/** Refuse a graph that does not answer like the trunk and the head that it was made of. */
async function checkParity(base, model, head) {
  const picture = { data: new Uint8Array(9 * 6 * 3).map((_, at) => (37 * at) % 256), width: 9, height: 6 };
  const { features } = await base.run(picture);
  const [expected] = toScores(logits(head, [Float64Array.of(...unit(features), 1)]), head.ceiling, head.exclusive);
  const { scores } = await model.run(picture);
  const apart = Math.max(...model.card.classes.map((one, at) => Math.abs(scores[one] - expected[at])));
  if (!(apart <= TOLERANCE)) throw new Error(`The new graph differs from what it was made of by ${apart}.`);
}
