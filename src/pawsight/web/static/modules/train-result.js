// What came of training: figures in words, as `pawsight learn` says them; the download; trying it.

import { _, number, percent, share } from "./i18n.js";
import { photosToAdd } from "./photos-to-add.js";
import { saveFile } from "./save-file.js";

export const [LEAST, ENOUGH] = [3, 10];  // different photos of a class: to learn it, and for an estimate that says much

/** @type {(id: string) => any} */
const part = (id) => document.getElementById(id);

/** @param {any} done what `train` returned @param {number} seconds */
export function showResult({ model, learned, files }, seconds) {
  part("result").hidden = false;
  part("trained").hidden = !model;
  part("remarks").replaceChildren(...remarks(learned, model, seconds).map((words) => element("li", words)));
  part("headline").textContent = model ? headline(learned.metrics.accuracy) : _("Too few photos");
  part("result").focus();
  if (!model) return;
  part("per-class").replaceChildren(...learned.classes.map((name, at) => {
    const recall = learned.metrics.recall[at];
    const row = document.createElement("tr");
    row.append(Object.assign(element("th", name), { scope: "row" }), Object.assign(element("td", number(recall.n)), { className: "num" }),
      element("td", rate(recall)), element("td", photosToAdd(learned.forecast.more[at])));
    return row;
  }));
  const { name } = model.card;
  part("command").textContent = `pawsight predict PHOTO --model ${name}`;
  part("download").onclick = async () => saveFile(await packFolder(name, files), `${name}.zip`);
}

function headline({ value, low, high, n }) {
  return _("The model was right on {hits} of {n} photos that it was not trained on: {share} (95 % confidence interval: {low} to {high}).",
    { hits: number(Math.round(value * n)), n: number(n), share: share(value), low: share(low), high: share(high) });
}

/** A share with its interval: `8 % (3 %–20 %)`. */
function rate({ value, low, high }) {
  return `${share(value)} (${share(low)}–${share(high)})`;
}

function remarks({ leftOut, classes, metrics, forecast, kinds, exclusive, inSeveral }, model, seconds) {
  const left = leftOut.map(({ name, photos }) => `${name} (${number(photos)})`).join(", ");
  const gone = left && _("Left out, because a class needs at least {least} different photos: {names}.", { least: LEAST, names: left });
  if (!model) return [gone];
  const few = classes.filter((_name, at) => metrics.recall[at].n < ENOUGH).map((name) => `${name} (${number(metrics.recall[classes.indexOf(name)].n)})`);
  return [
    gone,
    few.length && _("Fewer than {enough} photos: {names}. So few photos show little; scores stay low.", { enough: ENOUGH, names: few.join(", ") }),
    _("Of photos like these, {rate} will be left to you (unsure).", { rate: rate(forecast.unsure) }),
    forecast.falseAccepts.n ? _("Of photos of something else, {rate} are taken for one of the classes.", { rate: rate(forecast.falseAccepts) })
      : !kinds.length && !metrics.false_accepts.n && _("There is no class neither: whatever is none of these will often be taken for one of them."),
    exclusive && inSeveral && _("{count} pictures are in several classes. Where a photo may show several, say so below the classes; otherwise one of them is wrong.", { count: number(inSeveral) }),
    !exclusive && !inSeveral && _("No picture is in several classes: what photos of several look like cannot be learned."),
    _("Photos taken in one go look alike, and these figures are then too good: try the model elsewhere, too."),
    _("Trained in {seconds} seconds.", { seconds: number(Math.round(10 * seconds) / 10) }),
  ].filter(Boolean);
}

/** A model folder as a ZIP. @param {string} name @param {Object<string, any>} files @returns {Promise<Blob>} */
export async function packFolder(name, files) {
  const { pack } = await import("./zip.js");
  const all = (async function* all() {
    for (const [file, content] of Object.entries(files)) yield { name: `${name}/${file}`, file: new Blob([content]), changed: Date.now() };
  })();
  return pack(all);
}

/** Show what a model says of a photo. @param {any} model @param {Blob} photo */
export async function tryPhoto(model, photo) {
  const { verdict, scores } = await model.predict(photo);
  const [image, title, list] = ["img", "h3", "dl"].map((name) => part("tried").querySelector(name));
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(photo);
  title.textContent = { unsure: _("Not sure"), neither: _("None of the classes"), both: _("Several of the classes") }[verdict] ?? verdict;
  list.replaceChildren(...model.card.classes.map((name) => {
    const line = part("score").content.firstElementChild.cloneNode(true);
    line.querySelector("dt").textContent = name;
    Object.assign(line.querySelector("meter"), { value: scores[name], ariaLabel: name });
    line.querySelector("span").textContent = percent(scores[name]);
    return line;
  }));
  part("tried").hidden = false;
}

function element(name, words) {
  return Object.assign(document.createElement(name), { textContent: words });
}
