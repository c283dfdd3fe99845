// Targets, scores -> verdicts: `pawsight.model.decision`.

export const [NEITHER, BOTH, UNSURE] = [-1, -2, -3];

const round = (one) => Math.round(one * 1e6) / 1e6;

/**
 * Verdicts: places of classes, or `NEITHER`, `BOTH`, `UNSURE`.
 * @param {number[][]} scores
 * @param {{ absent: number, present: number, exclusive?: boolean }} thresholds
 */
export function decide(scores, { absent, present, exclusive }) {
  return scores.map((row) => {
    const said = row.map(round);
    const there = said.filter((one) => one >= present).length;
    if (there > 1 && !exclusive) return BOTH;
    const between = exclusive ? !there && round(said.reduce((sum, one) => sum + one, 0)) > absent
      : said.some((one) => one > absent && one < present);
    if (between) return UNSURE;
    return there ? said.indexOf(Math.max(...said)) : NEITHER;
  });
}

/** What photos show, in the codes of `decide`. @param {number[][]} targets 1 for each class that a photo shows, else 0 */
export function shown(targets) {
  return targets.map((row) => {
    const count = row.filter(Boolean).length;
    return count > 1 ? BOTH : row.indexOf(1);
  });
}
