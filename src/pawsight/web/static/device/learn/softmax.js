// Regularized softmax regression: the minimum that scikit-learn's LogisticRegression finds.

import { minimize } from "./lbfgs.js";
import { add, cholesky, dot, solveLower, solveUpper } from "./linear.js";

const CURVED = 0.05;  // how much the loss of a photo curves: 1/2 at most, and less where classes are easy to separate

/**
 * A guess of the inverse Hessian for all fits on some rows: every fit then takes a dozen steps in place of hundreds.
 * @param {Float64Array[]} rows with a 1 behind their coordinates
 * @param {number[]} weight of each
 * @param {number} strength
 * @returns {(vector: Float64Array) => void} multiplies the coefficients of each class with it, in place
 */
export function curvature(rows, weight, strength) {
  const [size, total] = [rows[0].length, sum(weight)];
  const squares = Array.from({ length: size }, (_, at) => new Float64Array(at + 1));
  rows.forEach((row, at) => squares.forEach((line, place) => { if (row[place]) add(line, row, (CURVED * weight[at] * row[place]) / total); }));
  const penalty = 1 / (strength * total);
  const factor = cholesky(size, (row, column) => squares[row][column] + (row === column ? (row < size - 1 ? penalty : 1e-3) : 0));
  return (vector) => {
    for (let from = 0; from < vector.length; from += size) {
      const part = vector.subarray(from, from + size);
      solveUpper(factor, solveLower(factor, part));
    }
  };
}

/**
 * @param {Float64Array[]} rows with a 1 behind their coordinates
 * @param {number[]} wanted the class of each
 * @param {number[]} weight of each
 * @param {number} count of classes
 * @param {number} strength the larger, the closer it follows the photos
 * @param {(vector: Float64Array) => void} precondition from `curvature`
 * @param {Float64Array[]} [start] what another fit found, to come there sooner
 * @returns {Float64Array[]} a class's coefficients, and its bias behind them
 */
export function fitSoftmax(rows, wanted, weight, count, strength, precondition, start) {
  const [size, total] = [rows[0].length, sum(weight)];
  // scikit-learn fits two classes with one column, which the penalty holds twice as firmly.
  const penalty = 1 / ((count === 2 ? strength / 2 : strength) * total);
  const parts = (vector) => Array.from({ length: count }, (_, one) => vector.subarray(one * size, (one + 1) * size));
  const loss = (at, gradient) => {
    const [own, slopes] = [parts(at), parts(gradient.fill(0))];
    let value = 0;
    rows.forEach((row, place) => { value += lossOf(row, wanted[place], own, slopes, weight[place] / total); });
    own.forEach((coefficients, one) => {
      value += (penalty / 2) * dot(coefficients, coefficients, size - 1);
      add(slopes[one], coefficients, penalty, size - 1);
    });
    return value;
  };
  const first = new Float64Array(size * count);
  start?.forEach((coefficients, one) => first.set(coefficients, one * size));
  return parts(minimize(loss, first, precondition));
}

/** The weighted loss of one row; its part of the gradient is added. */
function lossOf(row, wanted, own, slopes, weight) {
  const logits = own.map((coefficients) => dot(row, coefficients));
  const top = Math.max(...logits);
  const norm = sum(logits.map((one) => Math.exp(one - top)));
  logits.forEach((one, at) => add(slopes[at], row, weight * (Math.exp(one - top) / norm - (at === wanted ? 1 : 0))));
  return weight * (Math.log(norm) + top - logits[wanted]);
}

function sum(values) {
  return values.reduce((total, one) => total + one, 0);
}
