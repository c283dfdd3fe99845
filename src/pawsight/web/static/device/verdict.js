// @ts-check
// Scores -> verdict: the rule of `pawsight.model.decision`.

/** The class with the highest score, and the verdict. */
export function judge(scores, thresholds) {
  const label = Object.keys(scores).reduce((best, name) => (scores[name] > scores[best] ? name : best));
  return { label, verdict: verdict(scores, thresholds) };
}

/**
 * @param {Object<string, number>} scores class -> 0 to 1
 * @param {{ absent: number, present: number, exclusive?: boolean }} thresholds of the model
 * @returns {string} a class, `both`, `neither` or `unsure`
 */
export function verdict(scores, { absent, present, exclusive }) {
  const names = Object.keys(scores);
  const there = names.filter((name) => scores[name] >= present);
  if (exclusive) {
    if (there.length) return names.reduce((best, name) => (scores[name] > scores[best] ? name : best));
    const sum = names.reduce((total, name) => total + scores[name], 0);
    return Math.round(sum * 1e6) / 1e6 > absent ? "unsure" : "neither";
  }
  if (there.length > 1) return "both";
  if (names.some((name) => scores[name] > absent && scores[name] < present)) return "unsure";
  return there[0] ?? "neither";
}
