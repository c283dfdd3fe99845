// The card of a photo that was classified on this device: the same as the server's, as far as there is no server.

import { legend } from "./legend.js";
import { heatMap } from "./on-device.js";
import { percent } from "./i18n.js";

const SURE = 0.95;

/**
 * @param {any} answer of `classifyHere`
 * @param {HTMLImageElement} preview of the photo
 * @returns {Promise<HTMLElement>}
 */
export async function deviceCard(answer, preview) {
  const card = document.getElementById("device-card").content.firstElementChild.cloneNode(true);
  const { words, absent } = JSON.parse(card.dataset.words);
  const ratio = preview?.naturalWidth ? preview.naturalWidth / preview.naturalHeight : 1;
  const { verdict, scores, label } = answer;
  card.dataset.says = verdict;
  card.querySelector("h2").textContent = words.verdicts[verdict]?.[scores[verdict] >= SURE ? 1 : 0] ?? verdict;
  writeScores(card, scores, words.names);
  for (const image of card.querySelectorAll(".frame img")) image.classList.add(...shape(ratio));
  const heat = card.querySelector(".heat");
  const choice = card.querySelector("[name=class]");
  choice.append(...await Promise.all(answer.maps.classes.map((name) => option(name, answer, ratio, words, absent))));
  choice.value = label;
  heat.src = choice.selectedOptions[0].dataset.url;
  card.querySelector("figcaption").textContent = choice.selectedOptions[0].dataset.legend;
  card.querySelector("figcaption").classList.toggle("nothing", !choice.selectedOptions[0].dataset.bright);
  return card;
}

function writeScores(card, scores, names) {
  const line = card.querySelector("template").content.firstElementChild;
  card.querySelector("dl").append(...Object.entries(scores).sort(([, a], [, b]) => b - a).map(([name, score]) => {
    const row = line.cloneNode(true);
    row.querySelector("dt").textContent = names[name] ?? name;
    Object.assign(row.querySelector("meter"), { value: score, ariaLabel: names[name] ?? name });
    row.querySelector("span").textContent = percent(score);
    return row;
  }));
}

/** A class to show the heat map of, as the server writes it. */
async function option(name, answer, ratio, { names, things }, absent) {
  const made = document.createElement("option");
  made.value = name;
  made.textContent = names[name] ?? name;
  const { text, bright } = legend(answer, name, things[name] ?? name, absent);
  made.dataset.url = await heatMap(answer, name, ratio);
  made.dataset.legend = text;
  if (bright) made.dataset.bright = "yes";
  return made;
}

/** How a photo of a shape is shown, as in `cards.html`. */
function shape(ratio) {
  return ratio > 4 ? ["strip"] : ratio < 0.25 ? ["tower"] : ratio < 1.25 ? ["tall"] : [];
}
