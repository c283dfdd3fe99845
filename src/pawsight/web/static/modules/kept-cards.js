// The cards of the front page, remembered for this tab: they are back after a reload, and in a new language.

import { cardsOf } from "./cards.js";

const KEY = "pawsight-cards";
const MOST = 24;

/** @returns {string[]} ids of predictions, the newest first */
function ids() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
}

/** Remember which cards a section shows now. @param {HTMLElement} section */
export function keepCards(section) {
  const shown = Array.from(section.querySelectorAll("[data-id]"), ({ dataset }) => dataset.id);
  sessionStorage.setItem(KEY, JSON.stringify([...new Set(shown)].slice(0, MOST)));
}

/** Show the remembered cards again. @param {HTMLElement} section @param {string} address of the page that shows cards */
export async function restoreCards(section, address) {
  const shown = new Set(Array.from(section.querySelectorAll("[data-id]"), ({ dataset }) => dataset.id));
  const missing = ids().filter((id) => !shown.has(id));
  if (!missing.length) return;
  const query = new URLSearchParams(missing.map((id) => ["id", id]));
  const response = await fetch(`${address}?${query}`).catch(() => null);
  if (response?.ok) section.append(...cardsOf(await response.text()));
}
