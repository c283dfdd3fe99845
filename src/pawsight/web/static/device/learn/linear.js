// Linear algebra on plain arrays of numbers, as far as learning needs it.

/**
 * The sum of products of the first elements of two vectors; four sums at a time, for one alone waits for itself.
 * @param {Float64Array} one
 * @param {Float64Array} other
 */
export function dot(one, other, length = one.length) {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let at = 0;
  for (; at + 3 < length; at += 4) {
    a += one[at] * other[at];
    b += one[at + 1] * other[at + 1];
    c += one[at + 2] * other[at + 2];
    d += one[at + 3] * other[at + 3];
  }
  for (; at < length; at += 1) a += one[at] * other[at];
  return a + b + c + d;
}

/**
 * Add a multiple of a vector to the first elements of another.
 * @param {Float64Array} target
 * @param {Float64Array} other
 * @param {number} times
 */
export function add(target, other, times, length = target.length) {
  for (let at = 0; at < length; at += 1) target[at] += times * other[at];
}

/**
 * Cholesky's factor L of a symmetric matrix L Lᵀ, as rows; a row that depends on those before it has a 0 on the diagonal.
 * @param {number} size
 * @param {(row: number, column: number) => number} element of the lower triangle
 * @returns {Float64Array[]} row i has i + 1 elements
 */
export function cholesky(size, element) {
  const rows = [];
  for (let row = 0; row < size; row += 1) {
    const own = new Float64Array(row + 1);
    for (let column = 0; column < row; column += 1) {
      const pivot = rows[column][column];
      own[column] = pivot ? (element(row, column) - dot(own, rows[column], column)) / pivot : 0;
    }
    const whole = element(row, row);
    const left = whole - dot(own, own, row);
    own[row] = left > 1e-10 * whole ? Math.sqrt(left) : 0;
    rows.push(own);
  }
  return rows;
}

/** Solve L x = b in place. @param {Float64Array[]} factor @param {Float64Array} vector */
export function solveLower(factor, vector) {
  factor.forEach((row, at) => { vector[at] = row[at] ? (vector[at] - dot(row, vector, at)) / row[at] : 0; });
  return vector;
}

/** Solve Lᵀ x = b in place. @param {Float64Array[]} factor @param {Float64Array} vector */
export function solveUpper(factor, vector) {
  for (let at = factor.length - 1; at >= 0; at -= 1) {
    const row = factor[at];
    vector[at] = row[at] ? vector[at] / row[at] : 0;
    add(vector, row, -vector[at], at);
  }
  return vector;
}
