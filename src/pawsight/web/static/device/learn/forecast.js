// What to expect of the verdicts, before the long part: `pawsight.learn.curve`.

import { decide, NEITHER, scale, UNSURE } from "./calibrate.js";
import { share } from "./estimate.js";
import { toScores } from "./head.js";
import { choose, collect } from "./selection.js";

const STRENGTH = 0.1;
const RESEMBLES = 2 / 3;  // share of a kind's photos that are taken for one class, from which it is left out of the bank

/**
 * @param {import("./selection.js").LabeledPhotos} labeled
 * @param {import("./selection.js").Trial[]} trials
 * @returns what becomes of photos that the heads did not see: of the classes' the shares that are left to people and
 *   refused, of other things' the share that is taken for a class; and the kinds of things that look like a class
 */
export function foresee(labeled, trials) {
  const { scaling, thresholds } = choose(labeled, trials, [STRENGTH]);
  const held = collect(labeled, trials, STRENGTH);
  const { ceiling } = trials[0].heads.get(STRENGTH);
  const [own, others] = [held.photos, held.others].map((logits) => toScores(scale(logits, scaling), ceiling));
  const kinds = trials.flatMap(({ unseen }) => unseen.map((at) => labeled.kinds[at]));
  const resembling = [...new Set(kinds)].filter((kind) => resembles(others.filter((_, at) => kinds[at] === kind))).sort();
  const verdicts = decide(own, thresholds).filter((_, at) => held.places[at] < labeled.classes.length);
  const accepted = decide(others, thresholds).filter((_, at) => !resembling.includes(kinds[at]));
  const counted = (all, is) => share(all.filter(is).length, all.length);
  return {
    unsure: counted(verdicts, (one) => one === UNSURE),
    refused: counted(verdicts, (one) => one === NEITHER),
    falseAccepts: counted(accepted, (one) => one >= 0),
    resembling,
  };
}

/** Whether most photos of a kind are taken for one and the same class: it may be that class. */
function resembles(scores) {
  const taken = scores.map((row) => (Math.max(...row) >= 0.5 ? row.indexOf(Math.max(...row)) : -1));
  return taken.some((place) => place >= 0 && taken.filter((one) => one === place).length >= RESEMBLES * taken.length);
}
