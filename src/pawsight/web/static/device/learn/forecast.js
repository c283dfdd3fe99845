// What to expect of the verdicts, and of more photos, before the long part: `pawsight.learn.curve`.

import { scale } from "./calibrate.js";
import { decide, NEITHER, UNSURE } from "./decide.js";
import { share } from "./estimate.js";
import { toScores } from "./head.js";
import { photosToAdd } from "./projection.js";
import { choose, collect } from "./selection.js";

export const STRENGTH = 0.1;
const RESEMBLES = 2 / 3;  // share of a kind's photos that are taken for one class, from which it is left out of the bank

/**
 * @param {import("./selection.js").LabeledPhotos} labeled
 * @param {import("./selection.js").Trial[]} trials whose heads learned from all photos but those held out
 * @param {import("./selection.js").Trial[]} thin whose heads learned from the share `SHARES[0]` of these
 * @returns what becomes of photos that the heads did not see: of the classes' the shares that are left to people and
 *   refused, of other things' the share that is taken for a class; the kinds of things that look like a class; and for each
 *   class how many photos to add until 19 of 20 are found
 */
export function foresee(labeled, trials, thin) {
  const { scaling, thresholds } = choose(labeled, trials, [STRENGTH]);
  const held = collect(labeled, trials, STRENGTH);
  const { ceiling, exclusive } = trials[0].heads.get(STRENGTH);
  const [own, others] = [held.photos, held.others].map((logits) => toScores(scale(logits, scaling), ceiling, exclusive));
  const kinds = trials.flatMap(({ unseen }) => unseen.map((at) => labeled.kinds[at]));
  const resembling = [...new Set(kinds)].filter((kind) => resembles(others.filter((_, at) => kinds[at] === kind))).sort();
  const verdicts = decide(own, thresholds).filter((_, at) => held.targets[at].includes(1));
  const accepted = decide(others, thresholds).filter((_, at) => !resembling.includes(kinds[at]));
  const counted = (all, is) => share(all.filter(is).length, all.length);
  const missed = [thin, trials].map((some) => missedOf(labeled, some));
  const names = [...new Set(labeled.labels)].sort((a, b) => a - b);
  const toAdd = photosToAdd(names.map((name) => missed.map((one) => one.get(name) ?? 0)), names.map((name) => labeled.labels.filter((one) => one === name).length));
  return {
    unsure: counted(verdicts, (one) => one === UNSURE),
    refused: counted(verdicts, (one) => one === NEITHER),
    falseAccepts: counted(accepted, (one) => one >= 0),
    resembling,
    missed: missed.map((one) => names.map((name) => one.get(name) ?? 0)),
    more: labeled.places.map((label) => toAdd[names.indexOf(label)]),
  };
}

/** How many photos of each label were taken for something else. @returns {Map<number, number>} */
function missedOf(labeled, trials) {
  const found = new Map();
  for (const { fold, heads } of trials) {
    const head = heads.get(STRENGTH);
    const scores = toScores(collect(labeled, [{ fold, heads, unseen: [] }], STRENGTH).photos, head.ceiling, head.exclusive);
    fold.held.forEach((at, row) => {
      const label = labeled.labels[at];
      if (predicted(scores[row], labeled.targets[at], head.exclusive) !== labeled.places.indexOf(label)) found.set(label, (found.get(label) ?? 0) + 1);
    });
  }
  return found;
}

/** The class with the highest score; -1 where the photo shows none and all scores are low. */
function predicted(scores, target, exclusive) {
  const most = Math.max(...scores);
  const rest = exclusive ? 1 - scores.reduce((sum, one) => sum + one, 0) : 0.5;
  return !target.includes(1) && most < rest ? NEITHER : scores.indexOf(most);
}

/** Whether most photos of a kind are taken for one and the same class: it may be that class. */
function resembles(scores) {
  const taken = scores.map((row) => (Math.max(...row) >= 0.5 ? row.indexOf(Math.max(...row)) : -1));
  return taken.some((place) => place >= 0 && taken.filter((one) => one === place).length >= RESEMBLES * taken.length);
}
