// Minimize a smooth function of many numbers: L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.4), with a
// line search that halves the step until the function falls enough, and a guess of the inverse Hessian to start from.

import { add, dot } from "./linear.js";

const MEMORY = 10;
const MOST = 300;  // iterations
const FLAT = 5e-5;  // largest part of the gradient at which the minimum is found; scikit-learn stops at twice this

/**
 * @param {(at: Float64Array, gradient: Float64Array) => number} loss returns its value and writes its gradient
 * @param {Float64Array} start
 * @param {(vector: Float64Array) => void} precondition multiplies a vector with a guess of the inverse Hessian
 * @returns {Float64Array}
 */
export function minimize(loss, start, precondition) {
  let [at, gradient] = [start.slice(), new Float64Array(start.length)];
  let value = loss(at, gradient);
  const pairs = [];
  for (let round = 0; round < MOST && largest(gradient) > FLAT; round += 1) {
    const direction = descent(gradient, pairs, precondition);
    const slope = dot(direction, gradient);
    if (!(slope < 0)) break;
    const [next, fresh] = [new Float64Array(at.length), new Float64Array(at.length)];
    let step = 1;
    let reached = move(loss, at, direction, step, next, fresh);
    for (let tries = 0; reached > value + 1e-4 * step * slope && tries < 30; tries += 1) {
      step /= 2;
      reached = move(loss, at, direction, step, next, fresh);
    }
    remember(pairs, next.map((one, place) => one - at[place]), fresh.map((one, place) => one - gradient[place]));
    [at, gradient, value] = [next, fresh, reached];
  }
  return at;
}

function move(loss, at, direction, step, next, gradient) {
  next.set(at);
  add(next, direction, step);
  return loss(next, gradient);
}

function remember(pairs, moved, turned) {
  const along = dot(moved, turned);
  if (along <= 1e-12) return;  // no curvature to learn from
  pairs.push({ moved, turned, along });
  if (pairs.length > MEMORY) pairs.shift();
}

/** Two loops over what was remembered. */
function descent(gradient, pairs, precondition) {
  const direction = gradient.map((one) => -one);
  const shares = [];
  for (const { moved, turned, along } of pairs.toReversed()) {
    const share = dot(moved, direction) / along;
    shares.push(share);
    add(direction, turned, -share);
  }
  precondition(direction);
  for (const { moved, turned, along } of pairs) add(direction, moved, shares.pop() - dot(turned, direction) / along);
  return direction;
}

function largest(gradient) {
  let most = 0;
  for (const one of gradient) most = Math.max(most, Math.abs(one));
  return most;
}
