// The sentence below the heat map of the close-up: made here of the maps, where the photo was classified on this device; else
// from the card that the server makes of the prediction.

import { page } from "./item.js";
import { legend } from "./legend.js";

/**
 * @param {import("./item.js").Answer | null} answer
 * @returns {Promise<{ text: string, bright: boolean }>} no text where the model is gone, or the server away
 */
export async function legendOf(answer) {
  const nothing = { text: "", bright: false };
  if (!answer) return nothing;
  const name = answer.label;
  if (answer.maps) return legend(answer, name, page.things[name] ?? name, page.absent);
  const response = await fetch(`${page.cards}?${new URLSearchParams({ id: answer.id })}`).catch(() => null);
  if (!response?.ok) return nothing;
  const caption = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-id] figcaption");
  return caption ? { text: caption.textContent, bright: !caption.classList.contains("nothing") } : nothing;
}
