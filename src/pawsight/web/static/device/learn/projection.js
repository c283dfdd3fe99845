// How many more photos may help, drawn many times from what was measured: `pawsight.learn.error_projection`.
//
// Errors fall as a power of the number of photos (Hestness et al., arXiv 1712.00409), down to some floor that no number of
// photos gets below. Two points of a curve cannot show how high the floor is, so every draw has another one.

import { quantile } from "./estimate.js";
import { Random } from "./random.js";

export const SHARES = [0.25, 1];
const TARGET = 0.05;  // a class is well known when at most 1 in 20 of its photos is missed
const DRAWS = 4000;
const STEEPEST = 1;
export const MOST = 10_000;  // photos of a class that anybody would collect

/** @typedef {{ middle: number, low: number, high: number }} Range */

/**
 * How many photos of each class to add until at most 1 in 20 is missed.
 * @param {number[][]} missed of each label: wrong predictions with each of `SHARES`
 * @param {number[]} seen photos of each label
 * @returns {(Range | null)[]} null where that is likely already; more than `MOST`: perhaps never
 */
export function photosToAdd(missed, seen) {
  const random = new Random(0);
  const posterior = (wrong, n) => Array.from({ length: DRAWS }, () => random.beta(wrong + 0.5, n - wrong + 0.5));
  const errors = missed.map((wrong, at) => posterior(wrong.at(-1), seen[at]));
  const total = (place) => missed.reduce((sum, wrong) => sum + wrong[place], 0);
  const all = seen.reduce((sum, one) => sum + one, 0);
  const [few, many] = [0, 1].map((place) => posterior(total(place), all));
  const floor = few.map(() => random.uniform());
  const slope = floor.map((lowest, at) => {
    const fall = Math.max((few[at] / many[at] - lowest) / (1 - lowest), 1);
    return Math.min(Math.log(fall) / Math.log(SHARES[1] / SHARES[0]), STEEPEST);
  });
  return errors.map((own, at) => (quantile(own, 0.5) <= TARGET ? null : range(own.map((error, draw) => added(error, seen[at], floor[draw], slope[draw])))));
}

/** Photos to add in one draw; one more than `MOST` where no number would do. */
function added(error, seen, floor, slope) {
  if (error <= TARGET) return 0;
  const left = Math.max(0, (TARGET / error - floor) / (1 - floor));
  const wanted = seen * left ** (-1 / slope) - seen;
  return Number.isNaN(wanted) ? MOST + 1 : Math.min(Math.max(wanted, 0), MOST + 1);
}

/** The median and the middle 95 %. @returns {Range} */
function range(draws) {
  const [middle, low, high] = [0.5, 0.025, 0.975].map((at) => quantile(draws, at));
  return { middle, low, high };
}
