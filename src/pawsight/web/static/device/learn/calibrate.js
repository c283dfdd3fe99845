// Make scores mean what they say, and choose when to say nothing: `pawsight.train.calibrate`.

import { decide, shown, UNSURE } from "./decide.js";
import { toScores } from "./head.js";
import { quantile, share } from "./estimate.js";

const BUDGETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];
const BUDGET = 0.01;
const PRIOR = 3;  // standard deviation of the log slope and the bias before any photo is seen
const [REFUSED, ENOUGH, ACCEPTED] = [0.003, 190, 0.05];  // see `pawsight.learn.model_selection`

/**
 * Fit slopes and biases of logits.
 * @param {{ photos: number[][], others: number[][], targets: number[][] }} held logits of photos and of outliers that their heads did
 *   not see, and what the photos show
 * @param {boolean} exclusive
 * @returns {{ slope: number[], bias: number[] }}
 */
export function fitScaling({ photos, others, targets }, exclusive) {
  return exclusive ? fitOne([...photos, ...others], targets) : fitLines(photos, targets);
}

/** A slope and a bias for each class (Platt 1999). */
function fitLines(logits, targets) {
  const lines = targets[0].map((_, one) => {
    const seen = targets.filter((row) => row[one]).length;
    const [present, absent] = [(seen + 1) / (seen + 2), 1 / (targets.length - seen + 2)].map(Math.fround);
    const loss = ([log, bias]) => logits.reduce((sum, row, at) => {
      const scaled = Math.exp(log) * row[one] + bias;
      return sum + Math.max(scaled, 0) + Math.log1p(Math.exp(-Math.abs(scaled))) - (targets[at][one] ? present : absent) * scaled;
    }, (log * log + bias * bias) / (2 * PRIOR ** 2));
    return simplex(loss, [[-4, 4], [-8, 8]]);
  });
  return { slope: lines.map(([log]) => Math.fround(Math.exp(log))), bias: lines.map(([, bias]) => Math.fround(bias)) };
}

/** One slope for all logits, and a bias for "none of them". */
function fitOne(logits, targets) {
  const [count, classes] = [logits[0].length, targets[0].length];
  const places = targets.map((row) => (row.includes(1) ? row.indexOf(1) : classes));
  const wanted = logits.map((_, at) => (at < places.length ? places[at] : classes));
  const seen = Array.from({ length: count }, (_, one) => wanted.filter((place) => place === one).length);
  const smallest = Math.max(1, Math.min(...seen));
  const lapse = 0.5 / (Math.max(...seen) + 2);
  const [sure, rest] = [(smallest + 1) / (smallest + 2), 1 / (smallest + 2) / Math.max(1, count - 1)];
  const light = (0.25 * places.length) / Math.max(1, logits.length - places.length);
  const loss = ([log, none]) => {
    let value = (log * log + none * none) / (2 * PRIOR ** 2);
    logits.forEach((row, at) => {
      const shares = softmax(row.map((one, place) => Math.exp(log) * one + (place >= classes ? none : 0)));
      const lost = shares.reduce((sum, one, place) => sum - (place === wanted[at] ? sure : rest) * Math.log((1 - lapse) * one + lapse / count), 0);
      value += (at < places.length ? 1 : light) * lost;
    });
    return value;
  };
  const [log, none] = simplex(loss, [[-4, 4], [-8, 8]]);
  const per = (classValue, noneValue) => Array.from({ length: count }, (_, place) => Math.fround(place >= classes ? noneValue : classValue));
  return { slope: per(Math.exp(log), Math.exp(log)), bias: per(0, none) };
}

function softmax(row) {
  const top = Math.max(...row);
  const raised = row.map((one) => Math.exp(one - top));
  const sum = raised.reduce((total, one) => total + one, 0);
  return raised.map((one) => one / sum);
}

/** @param {number[][]} rows @param {{ slope: number[], bias: number[] }} scaling */
export function scale(rows, { slope, bias }) {
  return rows.map((row) => row.map((one, at) => one * slope[at] + bias[at]));
}

/** Minimize a function of two numbers within bounds (Nelder and Mead 1965). */
function simplex(loss, bounds) {
  const kept = (point) => point.map((one, at) => Math.min(Math.max(one, bounds[at][0]), bounds[at][1]));
  const tried = (point) => ({ point: kept(point), value: loss(kept(point)) });
  let corners = [[0, 0], [0.5, 0], [0, 0.5]].map(tried);
  for (let round = 0; round < 200; round += 1) {
    corners.sort((a, b) => a.value - b.value);
    const [best, middle, worst] = corners;
    if (worst.value - best.value < 1e-10) break;
    const center = best.point.map((one, at) => (one + middle.point[at]) / 2);
    const at = (times) => tried(center.map((one, place) => one + times * (worst.point[place] - one)));
    const mirrored = at(-1);
    let next = mirrored;
    if (mirrored.value < best.value) next = [at(-2), mirrored].sort((a, b) => a.value - b.value)[0];
    else if (mirrored.value >= middle.value) next = at(mirrored.value < worst.value ? -0.5 : 0.5);
    corners = next.value < worst.value ? [best, middle, next]
      : [best, ...[middle, worst].map(({ point }) => tried(point.map((one, place) => (one + best.point[place]) / 2)))];
  }
  return corners.sort((a, b) => a.value - b.value)[0].point;
}

/**
 * What each margin does, from the least strict to the strictest.
 * @param {number[][]} scores of photos that their heads did not see
 * @param {number[]} truth what they show, in the codes of `decide`
 */
function tryMargins(scores, truth, least, refuse, exclusive) {
  const margins = Array.from({ length: 50 }, (_, at) => Math.round(50 + at) / 100).filter((one) => one >= Math.min(least, 0.99));
  return margins.map((present) => {
    const thresholds = { absent: Math.min(refuse, Math.round(100 * (1 - present)) / 100), present, exclusive };
    const verdicts = decide(scores, thresholds);
    const given = verdicts.filter((one) => one !== UNSURE).length;
    const wrong = verdicts.filter((one, at) => one !== UNSURE && one !== truth[at]).length;
    return { thresholds, unsure: share(truth.length - given, truth.length), wrong: share(wrong, given) };
  });
}

const mostWrong = ({ wrong }) => wrong.high ?? 1;
const keeps = (tried, most) => tried.find((one) => mostWrong(one) <= most);

/** Error budget -> the least strict thresholds that can be relied on to keep it. */
export function fitBudgets(scores, truth, { present, absent, exclusive }) {
  const tried = tryMargins(scores, truth, Math.min(0.99, present), absent, exclusive);
  return Object.fromEntries(BUDGETS.map((most) => [String(most), keeps(tried, most)]).filter(([, one]) => one));
}

/**
 * The thresholds that the model answers with.
 * @param {number[][]} logits of photos, calibrated @param {number[][]} others of outliers, calibrated
 * @param {number[][]} targets @param {number[]} ceiling @param {boolean} exclusive
 */
export function fitThresholds(logits, others, targets, ceiling, exclusive) {
  const [scores, strange] = [toScores(logits, ceiling, exclusive), toScores(others, ceiling, exclusive).map((row) => Math.max(...row))];
  const least = strange.length ? Math.max(0.5, quantile(strange, 1 - ACCEPTED)) : 0.5;
  const reached = (row) => (exclusive ? row.reduce((sum, one) => sum + one, 0) : Math.max(...row));
  const known = scores.filter((_, at) => targets[at].includes(1)).map(reached).sort((a, b) => a - b);
  const lowest = known[Math.floor(REFUSED * (known.length - 1))];
  const tried = tryMargins(scores, shown(targets), least, known.length >= ENOUGH ? lowest : lowest / 2, exclusive);
  for (const most of BUDGETS.filter((one) => one >= BUDGET)) if (keeps(tried, most)) return keeps(tried, most).thresholds;
  return tried.reduce((best, one) => (mostWrong(one) < mostWrong(best) ? one : best)).thresholds;
}
