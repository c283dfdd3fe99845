// The space that the features of all photos span: some hundred photos need no more numbers each than there are photos,
// and a head that is fitted on these is the head that would be fitted on all features.

import { add, cholesky, dot, solveUpper } from "./linear.js";

/**
 * @typedef {object} Space
 * @property {Float64Array[]} rows the photos' coordinates, and a 1 for the bias behind them
 * @property {(weights: Float64Array) => Float64Array} back weights of coordinates -> weights of features of length 1
 */

/**
 * Find coordinates; features of length 1 are small, and are scaled to numbers around 1 (`pawsight.learn.head`).
 * @param {Float64Array[]} features of length 1
 * @returns {Space}
 */
export function span(features) {
  const dimensions = features[0].length;
  const spread = Math.sqrt(dimensions);
  if (features.length >= dimensions) {
    return { rows: features.map((row) => withOne(row, dimensions, spread)), back: (weights) => weights.map((one) => one * spread) };
  }
  const factor = cholesky(features.length, (row, column) => dimensions * dot(features[row], features[column]));
  const back = (weights) => {
    const found = new Float64Array(dimensions);
    solveUpper(factor, weights.slice()).forEach((share, at) => add(found, features[at], share * dimensions));
    return found;
  };
  return { rows: factor.map((row) => withOne(row, features.length, 1)), back };
}

function withOne(row, size, times) {
  const longer = new Float64Array(size + 1);
  for (let at = 0; at < row.length; at += 1) longer[at] = row[at] * times;
  longer[size] = 1;
  return longer;
}
