// Learning, away from the page so that the page stays usable: photos in, head and figures out.

import { fitBudgets, NEITHER } from "./calibrate.js";
import { measure } from "./metrics.js";
import { learn } from "./selection.js";
import { groupTwins } from "./twins.js";

const LEAST = 3;  // different photos of a class, to learn it

self.addEventListener("message", ({ data: { photos, outliers, kinds } }) => {
  self.postMessage({ result: train(photos, outliers, kinds) });
});

/**
 * @param {(import("./photos.js").Studied & { label: string })[]} all a label is a class, or `neither`
 * @param {Float64Array[]} outliers @param {string[]} kinds
 */
function train(all, outliers, kinds) {
  const { photos, groups, leftOut } = enough(all.sort((a, b) => (a.digest < b.digest ? -1 : 1)));
  const names = unique(photos.map(({ label }) => label));
  const classes = names.filter((name) => name !== "neither");
  if (classes.length < 2) return { leftOut, classes };
  const places = photos.map(({ label }) => (label === "neither" ? classes.length : classes.indexOf(label)));
  const other = kinds.map((kind) => !names.includes(kind));
  const found = learn({
    rows: photos.map(({ features }) => features), places, labels: photos.map(({ label }) => names.indexOf(label)), groups, classes,
    outliers: outliers.filter((_, at) => other[at]), kinds: kinds.filter((_, at) => other[at]),
  }, (done, of) => self.postMessage({ done, of }));
  const truth = found.held.map(({ place }) => (places[place] < classes.length ? places[place] : NEITHER));
  const budgets = fitBudgets(found.held.map(({ scores }) => scores), truth, Math.min(0.99, found.thresholds.present), found.thresholds.absent);
  return { ...found, leftOut, classes, budgets, metrics: measure(found.held, places, classes) };
}

/** The photos of classes with enough different ones, and how many different ones the others have. */
function enough(all) {
  const twins = groupTwins(all);
  const different = (label) => new Set(twins.filter((_, at) => all[at].label === label)).size;
  const leftOut = unique(all.map(({ label }) => label)).map((name) => ({ name, photos: different(name) })).filter(({ photos }) => photos < LEAST);
  const kept = all.map(({ label }) => leftOut.every(({ name }) => name !== label));
  return { photos: all.filter((_, at) => kept[at]), groups: twins.filter((_, at) => kept[at]), leftOut };
}

function unique(names) {
  return [...new Set(names)].sort();
}
