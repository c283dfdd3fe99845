// What heads said of photos that they did not see, in figures (`pawsight.metrics`).

import { NEITHER, shown, UNSURE } from "./decide.js";
import { share } from "./estimate.js";

/**
 * @param {{ place: number, scores: number[], verdict: number }[]} held
 * @param {number[][]} targets of each photo; those of several classes count in no figure
 * @param {string[]} classes
 */
export function measure(held, targets, classes) {
  const places = shown(targets);
  const single = held.filter(({ place }) => places[place] >= 0);
  const others = held.filter(({ place }) => places[place] === NEITHER);
  const answered = single.filter(({ verdict }) => verdict !== UNSURE);
  const isRight = ({ place, scores }) => scores.indexOf(Math.max(...scores)) === places[place];
  const counted = (all, is) => share(all.filter(is).length, all.length);
  return {
    accuracy: counted(single, isRight),
    wrong_verdicts: counted(answered, ({ place, verdict }) => verdict !== places[place]),
    false_accepts: counted(others, ({ verdict }) => verdict >= 0),
    recall: classes.map((_, at) => counted(single.filter(({ place }) => places[place] === at), isRight)),
  };
}
