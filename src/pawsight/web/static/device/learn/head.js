// The linear head on the trunk's features: a softmax where classes exclude each other, else a sigmoid a class
// (`pawsight.learn.head`).

import { dot } from "./linear.js";
import { fitSoftmax } from "./softmax.js";

const NEVER = -20;  // logit of a class without a photo to learn from

/**
 * @typedef {object} Head a linear layer on features of length 1, or on their coordinates (`space.js`)
 * @property {Float64Array[]} columns K: the classes, and "none of them" last, where classes exclude each other and there was
 *   something of none to learn from; the coefficients of each, and its bias behind them
 * @property {number[]} ceiling the highest score that so many photos of a class support
 * @property {boolean} exclusive whether scores are a softmax
 */

/** Features of length 1. @param {ArrayLike<number>} features */
export function unit(features) {
  const result = Float64Array.from(features);
  const length = Math.max(Math.sqrt(dot(result, result)), 1e-12);
  for (let at = 0; at < result.length; at += 1) result[at] = Math.fround(result[at] / length);
  return result;
}

/** n of n photos showed a class: n + 1 in n + 2 are promised (Laplace). @param {number[][]} targets */
export function ceilings(targets) {
  return targets[0].map((_, one) => {
    const seen = targets.filter((row) => row[one]).length;
    return Math.fround((seen + 1) / (seen + 2));
  });
}

/** Logits of rows. @param {Head} head @param {Float64Array[]} rows with a 1 behind their coordinates @returns {number[][]} */
export function logits({ columns }, rows) {
  return rows.map((row) => columns.map((column) => dot(row, column)));
}

/** Logits -> the scores of the classes. @param {number[][]} rows @param {number[]} ceiling @param {boolean} exclusive */
export function toScores(rows, ceiling, exclusive) {
  if (!exclusive) return rows.map((row) => ceiling.map((most, one) => Math.fround(Math.min(1 / (1 + Math.exp(-row[one])), most))));
  return rows.map((row) => {
    const top = Math.max(...row);
    const raised = row.map((one) => Math.exp(one - top));
    const sum = raised.reduce((total, one) => total + one, 0);
    return ceiling.map((most, one) => Math.fround(Math.min(raised[one] / sum, most)));
  });
}

/** A head whose logits are `slope * logits + bias`. @param {Head} head @returns {Head} */
export function scaled({ columns, ...rest }, { slope, bias }) {
  const changed = columns.map((column, at) => {
    const own = column.map((one) => one * slope[at]);
    own[own.length - 1] += bias[at];
    return own;
  });
  return { columns: changed, ...rest };
}

/** The head on features that does what one on their coordinates does. @param {Head} head @param {import("./space.js").Space} space @returns {Head} */
export function onFeatures({ columns, ...rest }, space) {
  return { columns: columns.map((column) => Float64Array.of(...space.back(column.subarray(0, -1)), column.at(-1))), ...rest };
}

/**
 * Fit a regularized logistic regression.
 * @param {Float64Array[]} rows photos
 * @param {number[][]} targets 1 for each class that a photo shows, else 0
 * @param {Float64Array[]} outliers of other things, which weigh as much together as the photos
 * @param {boolean} exclusive one softmax in place of a sigmoid a class
 * @param {number} strength the larger, the closer the head follows the photos
 * @param {(vector: Float64Array) => void} precondition from `softmax.js`
 * @param {Head} [start] fitted to nearly the same photos, to come there sooner
 * @returns {Head}
 */
export function fitHead(rows, targets, outliers, exclusive, strength, precondition, start) {
  const all = [...rows, ...outliers];
  const weight = all.map((_, at) => (at < rows.length ? 1 : rows.length / outliers.length));
  const fit = exclusive ? fitTogether : fitEach;
  const wanted = [...targets, ...outliers.map(() => targets[0].map(() => 0))];
  return { columns: fit(all, wanted, weight, strength, precondition, start), ceiling: ceilings(targets), exclusive };
}

/** One softmax, with "none of them" where something is none. */
function fitTogether(all, targets, weight, strength, precondition, start) {
  const classes = targets[0].length;
  const wanted = targets.map((row) => (row.includes(1) ? row.indexOf(1) : classes));
  const count = classes + (wanted.includes(classes) ? 1 : 0);
  const found = [...new Set(wanted)].sort((a, b) => a - b);
  const columns = Array.from({ length: count }, () => new Float64Array(all[0].length).fill(NEVER, -1));
  if (found.length === 1) columns[found[0]].fill(0, -1);
  else {
    const near = found.length === count && start?.columns.length === count ? start.columns : undefined;
    const fitted = fitSoftmax(all, wanted.map((one) => found.indexOf(one)), weight, found.length, strength, precondition, near);
    found.forEach((one, at) => columns[one].set(fitted[at]));
    center(columns);
  }
  return columns;
}

/** A sigmoid for each class: a softmax of "not there" and "there". */
function fitEach(all, targets, weight, strength, precondition, start) {
  return targets[0].map((_, one) => {
    const wanted = targets.map((row) => row[one]);
    if (new Set(wanted).size === 1) return new Float64Array(all[0].length).fill(wanted[0] ? -NEVER : NEVER, -1);
    const near = start && [-0.5, 0.5].map((half) => start.columns[one].map((weightOf) => half * weightOf));
    const [not, there] = fitSoftmax(all, wanted, weight, 2, strength, precondition, near);
    return there.map((weightOf, at) => weightOf - not[at]);
  });
}

/** Make the mean of each coefficient over the classes 0: that changes no share, and a map shows its class against the rest. */
function center(columns) {
  for (let at = 0; at < columns[0].length - 1; at += 1) {
    const mean = columns.reduce((sum, column) => sum + column[at], 0) / columns.length;
    for (const column of columns) column[at] -= mean;
  }
}
