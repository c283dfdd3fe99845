// Who learns from which photos, and who answers for which: `pawsight.learn.cross_validation`, with scikit-learn's
// StratifiedGroupKFold (BSD license) and NumPy's legacy shuffle, so that the same photos fall into the same folds.

import { Random } from "./random.js";

const FOLDS = 5;
const INNER_FOLDS = 2;

/** @typedef {{ train: number[], held: number[] }} Fold places of photos */

/**
 * Nested cross-validation: folds, and for each of them folds among its `train` photos alone.
 * @param {number[]} labels of the photos, as places in their sorted names
 * @param {number[]} groups equal numbers for twins
 * @returns {{ outer: Fold[], inner: Fold[][] }}
 */
export function makePlan(labels, groups) {
  const outer = makeFolds(labels, groups, FOLDS);
  const inner = outer.map(({ train }) => makeFolds(train.map((at) => labels[at]), train.map((at) => groups[at]), INNER_FOLDS)
    .map((fold) => ({ train: fold.train.map((at) => train[at]), held: fold.held.map((at) => train[at]) })));
  return { outer, inner };
}

/** Each photo is held once, classes evenly, twins together; fewer folds for small classes. @returns {Fold[]} */
export function makeFolds(labels, groups, number) {
  const fewest = Math.min(...sorted(labels).map((label) => new Set(groups.filter((_, at) => labels[at] === label)).size));
  const held = stratify(labels, groups, Math.max(2, Math.min(number, fewest)));
  const all = labels.map((_, at) => at);
  return held.map((some) => ({ train: all.filter((at) => !some.has(at)), held: all.filter((at) => some.has(at)) }));
}

function stratify(labels, groups, splits) {
  const [names, members] = [sorted(labels), sorted(groups)];
  const order = new Random(0).shuffled(members.length);
  const rank = new Map(order.map((one, at) => [members[one], at]));
  const counts = members.map(() => names.map(() => 0));
  labels.forEach((label, at) => { counts[rank.get(groups[at])][names.indexOf(label)] += 1; });
  const totals = names.map((name) => labels.filter((label) => label === name).length);
  const folds = Array.from({ length: splits }, () => names.map(() => 0));
  const chosen = new Map();
  const byUnevenness = counts.map((_, at) => at).sort((a, b) => deviation(counts[b]) - deviation(counts[a]) || a - b);
  for (const group of byUnevenness) {
    const best = bestFold(folds, totals, counts[group]);
    counts[group].forEach((count, at) => { folds[best][at] += count; });
    chosen.set(group, best);
  }
  return folds.map((_, fold) => new Set(labels.map((_label, at) => at).filter((at) => chosen.get(rank.get(groups[at])) === fold)));
}

/** The fold where a group keeps the classes most even; of equals the one with the fewest photos. */
function bestFold(folds, totals, group) {
  let [best, least, fewest] = [-1, Infinity, Infinity];
  folds.forEach((fold, number) => {
    const shares = totals.map((total, name) => folds.map((one, at) => (one[name] + (at === number ? group[name] : 0)) / total));
    const uneven = mean(shares.map(deviation));
    const photos = fold.reduce((sum, one) => sum + one, 0);
    const close = Math.abs(uneven - least) <= 1e-8 + 1e-5 * Math.abs(least);
    if (uneven < least || (close && photos < fewest)) [best, least, fewest] = [number, uneven, photos];
  });
  return best;
}

function sorted(values) {
  return [...new Set(values)].sort((a, b) => a - b);
}

function mean(values) {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((one) => (one - middle) ** 2)));
}

/** A share of some photos of each label, at least one. @param {number[]} train places @param {number[]} labels of all photos @param {number} share */
export function thinned(train, labels, share) {
  const order = new Random(0).shuffled(train.length).map((at) => train[at]);
  return sorted(train.map((at) => labels[at])).flatMap((label) => {
    const members = order.filter((at) => labels[at] === label);
    return members.slice(0, Math.max(1, halfEven(share * members.length)));
  });
}

/** Round as Python does: halves to the even number. */
function halfEven(value) {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}
