// The linear head on the trunk's features, one softmax over all classes: `pawsight.learn.head`.

import { dot } from "./linear.js";
import { fitSoftmax } from "./softmax.js";

const NEVER = -20;  // logit of a class without a photo to learn from

/**
 * @typedef {object} Head a linear layer on features of length 1, or on their coordinates (`space.js`)
 * @property {Float64Array[]} columns K: the classes, and "none of them" last, where there was something of none to learn
 *   from; the coefficients of each, and its bias behind them
 * @property {number[]} ceiling the highest score that so many photos of a class support
 */

/** Features of length 1. @param {ArrayLike<number>} features */
export function unit(features) {
  const result = Float64Array.from(features);
  const length = Math.max(Math.sqrt(dot(result, result)), 1e-12);
  for (let at = 0; at < result.length; at += 1) result[at] = Math.fround(result[at] / length);
  return result;
}

/** n of n photos showed a class: n + 1 in n + 2 are promised (Laplace). @param {number[]} places @param {number} classes */
export function ceilings(places, classes) {
  return Array.from({ length: classes }, (_, one) => {
    const seen = places.filter((place) => place === one).length;
    return Math.fround((seen + 1) / (seen + 2));
  });
}

/** Logits of rows. @param {Head} head @param {Float64Array[]} rows with a 1 behind their coordinates @returns {number[][]} */
export function logits({ columns }, rows) {
  return rows.map((row) => columns.map((column) => dot(row, column)));
}

/** Logits -> the scores of the classes. @param {number[][]} rows @param {number[]} ceiling */
export function toScores(rows, ceiling) {
  return rows.map((row) => {
    const top = Math.max(...row);
    const raised = row.map((one) => Math.exp(one - top));
    const sum = raised.reduce((total, one) => total + one, 0);
    return ceiling.map((most, one) => Math.fround(Math.min(raised[one] / sum, most)));
  });
}

/** A head whose logits are `slope * logits + bias`. @param {Head} head @returns {Head} */
export function scaled({ columns, ceiling }, { slope, bias }) {
  const changed = columns.map((column, at) => {
    const own = column.map((one) => one * slope[at]);
    own[own.length - 1] += bias[at];
    return own;
  });
  return { columns: changed, ceiling };
}

/** The head on features that does what one on their coordinates does. @param {Head} head @param {import("./space.js").Space} space @returns {Head} */
export function onFeatures({ columns, ceiling }, space) {
  return { columns: columns.map((column) => Float64Array.of(...space.back(column.subarray(0, -1)), column.at(-1))), ceiling };
}

/**
 * Fit a regularized logistic regression.
 * @param {Float64Array[]} rows photos
 * @param {number[]} places the class of each; `classes` for a photo of none
 * @param {Float64Array[]} outliers of other things, which weigh as much together as the photos
 * @param {number} classes
 * @param {number} strength the larger, the closer the head follows the photos
 * @param {(vector: Float64Array) => void} precondition from `softmax.js`
 * @param {Head} [start] fitted to nearly the same photos, to come there sooner
 * @returns {Head}
 */
export function fitHead(rows, places, outliers, classes, strength, precondition, start) {
  const all = [...rows, ...outliers];
  const wanted = [...places, ...outliers.map(() => classes)];
  const count = classes + (wanted.includes(classes) ? 1 : 0);
  const found = [...new Set(wanted)].sort((a, b) => a - b);
  const columns = Array.from({ length: count }, () => new Float64Array(all[0].length).fill(NEVER, -1));
  if (found.length === 1) columns[found[0]].fill(0, -1);
  else {
    const weight = all.map((_, at) => (at < rows.length ? 1 : rows.length / outliers.length));
    const near = found.length === count && start?.columns.length === count ? start.columns : undefined;
    const fitted = fitSoftmax(all, wanted.map((one) => found.indexOf(one)), weight, found.length, strength, precondition, near);
    found.forEach((one, at) => columns[one].set(fitted[at]));
    center(columns);
  }
  return { columns, ceiling: ceilings(places, classes) };
}

/** Make the mean of each coefficient over the classes 0: that changes no share, and a map shows its class against the rest. */
function center(columns) {
  for (let at = 0; at < columns[0].length - 1; at += 1) {
    const mean = columns.reduce((sum, column) => sum + column[at], 0) / columns.length;
    for (const column of columns) column[at] -= mean;
  }
}
