// Make scores mean what they say, and choose when to say nothing: `pawsight.train.calibrate` for exclusive classes.

import { toScores } from "./head.js";
import { share } from "./estimate.js";

const BUDGETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];
const BUDGET = 0.01;
const PRIOR = 3;  // standard deviation of the log slope and the bias before any photo is seen
const [REFUSED, ENOUGH, ACCEPTED] = [0.003, 190, 0.05];  // see `pawsight.learn.model_selection`
export const [NEITHER, UNSURE] = [-1, -3];

/**
 * Fit one slope for all logits, and a bias for "none of them".
 * @param {number[][]} logits of photos, then of outliers, that their heads did not see
 * @param {number[]} places of the photos alone; `classes` for none
 * @param {number} classes
 * @returns {{ slope: number[], bias: number[] }}
 */
export function fitScaling(logits, places, classes) {
  const count = logits[0].length;
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

/** Verdicts: places of classes, or `NEITHER`, `UNSURE`. @param {number[][]} scores */
export function decide(scores, { absent, present }) {
  const round = (one) => Math.round(one * 1e6) / 1e6;
  return scores.map((row) => {
    const top = row.indexOf(Math.max(...row));
    if (round(row[top]) >= present) return top;
    return round(row.reduce((sum, one) => sum + round(one), 0)) > absent ? UNSURE : NEITHER;
  });
}

/**
 * What each margin does, from the least strict to the strictest.
 * @param {number[][]} scores of photos that their heads did not see
 * @param {number[]} truth place of the class, or `NEITHER`
 */
function tryMargins(scores, truth, least, refuse) {
  const margins = Array.from({ length: 50 }, (_, at) => Math.round(50 + at) / 100).filter((one) => one >= Math.min(least, 0.99));
  return margins.map((present) => {
    const thresholds = { absent: Math.min(refuse, Math.round(100 * (1 - present)) / 100), present, exclusive: true };
    const verdicts = decide(scores, thresholds);
    const given = verdicts.filter((one) => one !== UNSURE).length;
    const wrong = verdicts.filter((one, at) => one !== UNSURE && one !== truth[at]).length;
    return { thresholds, unsure: share(truth.length - given, truth.length), wrong: share(wrong, given) };
  });
}

const mostWrong = ({ wrong }) => wrong.high ?? 1;
const keeps = (tried, most) => tried.find((one) => mostWrong(one) <= most);

/** Error budget -> the least strict thresholds that can be relied on to keep it. */
export function fitBudgets(scores, truth, least, refuse) {
  const tried = tryMargins(scores, truth, least, refuse);
  return Object.fromEntries(BUDGETS.map((most) => [String(most), keeps(tried, most)]).filter(([, one]) => one));
}

/**
 * The thresholds that the model answers with.
 * @param {number[][]} logits of photos, calibrated @param {number[][]} others of outliers, calibrated
 */
export function fitThresholds(logits, others, places, classes, ceiling) {
  const [scores, strange] = [toScores(logits, ceiling), toScores(others, ceiling).map((row) => Math.max(...row))];
  const least = strange.length ? Math.max(0.5, quantile(strange, 1 - ACCEPTED)) : 0.5;
  const known = scores.filter((_, at) => places[at] < classes).map((row) => row.reduce((sum, one) => sum + one, 0)).sort((a, b) => a - b);
  const lowest = known[Math.floor(REFUSED * (known.length - 1))];
  const truth = places.map((one) => (one < classes ? one : NEITHER));
  const tried = tryMargins(scores, truth, least, known.length >= ENOUGH ? lowest : lowest / 2);
  for (const most of BUDGETS.filter((one) => one >= BUDGET)) if (keeps(tried, most)) return keeps(tried, most).thresholds;
  return tried.reduce((best, one) => (mostWrong(one) < mostWrong(best) ? one : best)).thresholds;
}

function quantile(values, at) {
  const order = values.toSorted((a, b) => a - b);
  const place = at * (order.length - 1);
  const below = Math.floor(place);
  return order[below] + (place - below) * ((order[below + 1] ?? order[below]) - order[below]);
}
