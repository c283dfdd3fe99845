// What heads said of photos that they did not see, in figures (`pawsight.metrics`).

import { UNSURE } from "./calibrate.js";
import { share } from "./estimate.js";

/**
 * @param {{ place: number, scores: number[], verdict: number }[]} held
 * @param {number[]} places the class of each photo; `classes.length` for none
 * @param {string[]} classes
 */
export function measure(held, places, classes) {
  const shown = held.filter(({ place }) => places[place] < classes.length);
  const others = held.filter(({ place }) => places[place] === classes.length);
  const answered = shown.filter(({ verdict }) => verdict !== UNSURE);
  const isRight = ({ place, scores }) => scores.indexOf(Math.max(...scores)) === places[place];
  const counted = (all, is) => share(all.filter(is).length, all.length);
  return {
    accuracy: counted(shown, isRight),
    wrong_verdicts: counted(answered, ({ place, verdict }) => verdict !== places[place]),
    false_accepts: counted(others, ({ verdict }) => verdict >= 0),
    recall: classes.map((_, at) => counted(shown.filter(({ place }) => places[place] === at), isRight)),
  };
}
