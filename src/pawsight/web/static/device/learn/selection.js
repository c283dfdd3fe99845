// Choose how strongly to regularize, calibrate, and measure without having peeked: `pawsight.learn.model_selection`.

import { fitScaling, fitThresholds, scale } from "./calibrate.js";
import { decide } from "./decide.js";
import { makePlan, thinned } from "./folds.js";
import { foresee, STRENGTH } from "./forecast.js";
import { ceilings, fitHead, logits, onFeatures, scaled, toScores } from "./head.js";
import { curvature } from "./softmax.js";
import { SHARES } from "./projection.js";
import { span } from "./space.js";

const STRENGTHS = [0.01, 0.1, 1];

/**
 * @typedef {object} LabeledPhotos in the order of their content
 * @property {any[]} rows features of the photos, of length 1; then their coordinates
 * @property {number[][]} targets 1 for each class that a photo shows, else 0
 * @property {number[]} labels places of the labels among their sorted names; a photo of several classes is there once for each
 * @property {number[]} places of the classes among these names
 * @property {number[]} groups equal numbers for twins
 * @property {string[]} classes
 * @property {boolean} exclusive whether a photo shows one class at most
 * @property {any[]} outliers features of other things; then their coordinates
 * @property {string[]} kinds what each of them shows
 */

/** @typedef {{ fold: import("./folds.js").Fold, unseen: number[], heads: Map<number, import("./head.js").Head> }} Trial */

/**
 * Find how the head is to be made, measure heads made that way on photos that they did not see, and make it.
 * @param {LabeledPhotos} given
 * @param {(done: number, all: number) => void} progress
 */
export function learn(given, progress) {
  const { space, all, plan, fit } = prepare(given, progress);
  const first = trials(all, plan.outer, fit);
  const forecast = foresee(all, first, withFewer(all, plan, fit));
  const labeled = withoutKinds(all, forecast.resembling);
  const outer = forecast.resembling.length ? trials(labeled, plan.outer, fit) : first;
  const choices = plan.inner.map((folds) => choose(labeled, trials(labeled, folds, fit), STRENGTHS));
  const best = choose(labeled, outer, STRENGTHS);
  const head = scaled(fit(labeled.rows, labeled.targets, labeled.outliers, best.strength), best.scaling);
  return { head: onFeatures(head, space), ...best, forecast, folds: plan.outer.length, kinds: unique(labeled.kinds), held: heldOut(labeled, choices, outer) };
}

/** What to expect, without the long part: `foresee`. @param {LabeledPhotos} given */
export function expect(given) {
  const { all, plan, fit } = prepare(given, () => {});
  return foresee(all, trials(all, plan.outer, fit, [STRENGTH]), withFewer(all, plan, fit));
}

function prepare(given, progress) {
  const space = span([...given.rows, ...given.outliers]);
  const all = { ...given, rows: space.rows.slice(0, given.rows.length), outliers: space.rows.slice(given.rows.length) };
  const plan = makePlan(all.labels, all.groups);
  return { space, all, plan, fit: fitter(all, plan, progress) };
}

/** Heads that learned from a share of the photos. */
function withFewer(all, plan, fit) {
  const thin = plan.outer.map(({ train, held }) => ({ train: thinned(train, all.labels, SHARES[0]), held }));
  return trials(all, thin, fit, [STRENGTH]);
}

/** What fits a head, and says how far it is. */
function fitter({ rows, outliers, exclusive }, plan, progress) {
  const weight = [...rows.map(() => 1), ...outliers.map(() => rows.length / outliers.length)];
  const guesses = new Map(STRENGTHS.map((one) => [one, curvature([...rows, ...outliers], weight, one)]));
  const all = STRENGTHS.length * (plan.outer.length + plan.inner.flat().length) + plan.outer.length;
  const last = new Map();
  let done = 0;
  return (some, targets, others, strength) => {
    progress(Math.min(done += 1, all), all);
    const near = last.get(strength) ?? Array.from(last.values()).at(-1);
    last.set(strength, fitHead(some, targets, others, exclusive, strength, guesses.get(strength), near));
    return last.get(strength);
  };
}

function withoutKinds(labeled, left) {
  const kept = (_, at) => !left.includes(labeled.kinds[at]);
  return { ...labeled, outliers: labeled.outliers.filter(kept), kinds: labeled.kinds.filter(kept) };
}

/** One head for each strength and fold; each kind of the bank is held out once. @returns {Trial[]} */
function trials(labeled, folds, fit, strengths = STRENGTHS) {
  const kinds = unique(labeled.kinds);
  const parts = Math.max(2, folds.length);
  return folds.map((fold, number) => {
    const unseen = labeled.kinds.map((kind) => kinds.indexOf(kind) % parts === number % parts);
    const [rows, targets] = [labeled.rows, labeled.targets].map((all) => fold.train.map((at) => all[at]));
    const others = labeled.outliers.filter((_, at) => !unseen[at]);
    const heads = strengths.map((strength) => /** @type {const} */ ([strength, fit(rows, targets, others, strength)]));
    return { fold, unseen: unseen.flatMap((is, at) => (is ? [at] : [])), heads: new Map(heads) };
  });
}

function unique(kinds) {
  return [...new Set(kinds)].sort();
}

/** What the heads of one strength say of what they did not see. */
export function collect(labeled, parts, strength) {
  const said = parts.map(({ fold, unseen, heads }) => ({
    photos: logits(heads.get(strength), fold.held.map((at) => labeled.rows[at])),
    others: logits(heads.get(strength), unseen.map((at) => labeled.outliers[at])),
  }));
  return {
    photos: said.flatMap(({ photos }) => photos),
    others: said.flatMap(({ others }) => others),
    targets: parts.flatMap(({ fold }) => fold.held.map((at) => labeled.targets[at])),
  };
}

/** The strength, scaling and thresholds that suit photos held out. */
export function choose(labeled, parts, strengths) {
  const { exclusive } = labeled;
  const ceiling = ceilings(labeled.targets);
  const tried = strengths.map((strength) => {
    const held = collect(labeled, parts, strength);
    const scaling = fitScaling(held, exclusive);
    return { strength, scaling, held, loss: logLoss(toScores(scale(held.photos, scaling), ceiling, exclusive), held.targets) };
  });
  const { strength, scaling, held } = tried.reduce((best, one) => (one.loss < best.loss ? one : best));
  const thresholds = fitThresholds(scale(held.photos, scaling), scale(held.others, scaling), held.targets, ceiling, exclusive);
  return { strength, scaling, thresholds };
}

function logLoss(scores, targets) {
  const kept = (one) => Math.min(Math.max(one, 1e-7), 1 - 1e-7);
  const lost = scores.map((row, at) => row.reduce((sum, one, place) => sum - Math.log(targets[at][place] ? kept(one) : 1 - kept(one)), 0) / row.length);
  return lost.reduce((sum, one) => sum + one, 0) / lost.length;
}

/** Each photo's scores and verdict, by a head that did not see it and was chosen without it. */
function heldOut(labeled, choices, parts) {
  return parts.flatMap(({ fold, heads }, number) => {
    const { strength, scaling, thresholds } = choices[number];
    const head = scaled(heads.get(strength), scaling);
    const scores = toScores(logits(head, fold.held.map((at) => labeled.rows[at])), head.ceiling, head.exclusive);
    const verdicts = decide(scores, thresholds);
    return fold.held.map((at, row) => ({ place: at, scores: scores[row], verdict: verdicts[row] }));
  });
}
