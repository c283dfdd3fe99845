// Learning, away from the page so that the page stays usable: photos in, head and figures out.

import { fitBudgets } from "./calibrate.js";
import { shown } from "./decide.js";
import { measure } from "./metrics.js";
import { expect, learn } from "./selection.js";
import { groupTwins } from "./twins.js";

const LEAST = 3;  // different photos of a class, to learn it

self.addEventListener("message", ({ data: { photos, outliers, kinds, together, only } }) => {
  const labeled = label(photos, outliers, kinds, !together);
  self.postMessage({ result: only === "forecast" ? forecast(labeled) : train(labeled) });
});

/**
 * What to learn from; without `given` where too few classes have enough different photos.
 * @param {(import("./photos.js").Studied & { label: string })[]} all a label is a class, or `neither`
 * @param {Float64Array[]} outliers @param {string[]} kinds
 * @param {boolean} exclusive whether a photo shows one class at most; otherwise a picture that is in several shows them all
 */
function label(all, outliers, kinds, exclusive) {
  const { photos, groups, leftOut } = enough(all.sort((a, b) => (a.digest < b.digest ? -1 : 1)));
  const names = unique(photos.map(({ label }) => label));
  const classes = names.filter((name) => name !== "neither");
  if (classes.length < 2) return { leftOut, classes };
  const targets = targetsOf(photos, groups, classes, exclusive);
  const other = kinds.map((kind) => !names.includes(kind));
  const given = {
    rows: photos.map(({ features }) => features), targets, exclusive, groups, classes,
    labels: photos.map(({ label }) => names.indexOf(label)), places: classes.map((name) => names.indexOf(name)),
    outliers: outliers.filter((_, at) => other[at]), kinds: kinds.filter((_, at) => other[at]),
  };
  const inSeveral = unique(groups).filter((group) => new Set(photos.filter((_, at) => groups[at] === group).map(({ label }) => label)).size > 1).length;
  return { leftOut, classes, given, inSeveral };
}

/** Class -> how many photos to add until 19 of 20 are found. */
function forecast({ classes, given }) {
  const more = given ? expect(given).more : [];
  return { more: Object.fromEntries(more.map((one, at) => [classes[at], one])) };
}

function train({ leftOut, classes, given, inSeveral }) {
  if (!given) return { leftOut, classes };
  const { targets, exclusive } = given;
  const found = learn(given, (done, of) => self.postMessage({ done, of }));
  const truth = shown(found.held.map(({ place }) => targets[place]));
  const budgets = fitBudgets(found.held.map(({ scores }) => scores), truth, found.thresholds);
  return { ...found, leftOut, classes, budgets, exclusive, inSeveral, metrics: measure(found.held, targets, classes) };
}

/** 1 for each class that a photo shows. */
function targetsOf(photos, groups, classes, exclusive) {
  const own = photos.map(({ label }) => classes.map((name) => Number(name === label)));
  if (exclusive) return own;
  return groups.map((group) => own.filter((_, at) => groups[at] === group).reduce((sum, row) => sum.map((one, at) => Math.max(one, row[at]))));
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
