// A model folder: graph and card, as `pawsight learn` writes them (docs/model-folder.md).

import { sha256 as hash } from "../vendor/sha2.js";

const TOLERANCE = 0.05;  // of golden scores: int8 arithmetic rounds differently from processor to processor
const HEADLINES = ["accuracy", "wrong_verdicts", "false_accepts"];

/**
 * @param {string} name of the model
 * @param {any} base the card of the model whose trunk is used
 * @param {Uint8Array} graph
 * @param {any} learned what `learn` found, with `classes`, `metrics` and `budgets`
 * @returns {any} a card without golden scores and files
 */
export function draftCard(name, base, graph, learned) {
  const { classes, exclusive, thresholds, scaling, strength, folds, kinds, metrics, budgets } = learned;
  const today = new Date().toISOString().slice(0, 10);
  return {
    format: 1,
    name,
    version: `${today.replaceAll("-", ".")}-${sha256(graph).slice(0, 6)}`,
    date: today,
    classes,
    input: base.input,
    thresholds,
    temperature: scaling.slope.length / scaling.slope.reduce((sum, one) => sum + one, 0),
    precision: base.precision,
    recipe: { name: "learn", base: `${base.name}-${base.version}`, classes: exclusive ? "exclusive" : "together", outliers: kinds, strength, folds, seed: 0, in: "browser" },
    metrics: Object.fromEntries(HEADLINES.filter((one) => metrics[one].value !== null).map((one) => [one, metrics[one]])),
    budgets,
    licence: base.licence,
    origin: `a linear head on the trunk of ${base.name}-${base.version}, learned in a browser; it is ${base.origin}`,
    golden: { seed: base.golden.seed, tolerance: TOLERANCE, scores: base.golden.scores.map(() => Object.fromEntries(classes.map((one) => [one, 0]))) },
    files: {},
  };
}

/** Seal a folder: its card gets the identity of each file. @returns {Object<string, Uint8Array>} name -> content */
export function seal(card, graph) {
  const files = { "README.md": encoded(readme(card)), "model.onnx": graph };
  const listed = Object.entries(files).map(([name, data]) => [name, { sha256: sha256(data), bytes: data.length }]);
  const rest = { ...card, files: Object.fromEntries(listed) };
  const whole = { ...rest, sha256: sha256(encoded(canonical(rest))) };
  return { "card.json": encoded(JSON.stringify(whole, plain, 2)), ...files };
}

/** JSON with sorted names and no spaces, of which Pawsight makes the card's hash. Not sorted as an object: its numbers come first. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(plain("", value));
  const names = Object.keys(value).sort((a, b) => compare(Array.from(a), Array.from(b)));
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** By code points, as Python compares. @param {string[]} one @param {string[]} other */
function compare(one, other) {
  const at = one.findIndex((letter, place) => letter !== other[place]);
  return at < 0 ? one.length - other.length : (one[at].codePointAt(0) - (other[at]?.codePointAt(0) ?? -1));
}

/** Numbers as all languages write them: six digits, and none so small that it takes an exponent. */
function plain(_name, value) {
  if (typeof value !== "number") return value;
  return Math.abs(value) < 1e-4 ? 0 : Math.round(value * 1e6) / 1e6;
}

function readme({ name, version, classes, metrics, origin, licence }) {
  const { value, low, high, n } = metrics.accuracy;
  const percent = (one) => `${(100 * one).toFixed(1)} %`;
  return `# ${name} ${version}

Classes: ${classes.join(", ")}. The class with the highest score is right for ${percent(value)} of photos that it had not seen
(95 % interval ${percent(low)} to ${percent(high)}, n = ${n}, cross-validation).

    pawsight predict PHOTO --model ${name}

Made of ${origin}. License: ${licence}.
`;
}

function encoded(text) {
  return new TextEncoder().encode(text);
}

/** @param {Uint8Array} data @returns {string} in hex */
export function sha256(data) {
  return Array.from(hash(data), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
