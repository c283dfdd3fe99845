// What the keys of the gallery mean; the page lists them.

const MOVES = ["ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "Home", "End"];
const COMMANDS = { u: "undo", " ": "toggle", Enter: "open", Delete: "delete", g: "alike", z: "zoom", h: "heat", Escape: "none" };

/**
 * @param {KeyboardEvent} event
 * @param {string[]} labels for the digits from 1 on
 * @param {boolean} closeUp whether one photo is shown large
 * @returns {string | { label: string } | { move: true } | null} what is to be done; null for keys of others
 */
export function meaning(event, labels, closeUp) {
  const held = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.altKey || event.target.matches("select, input, textarea, summary")) return null;
  if (held) return { z: "undo", a: "all" }[key] ?? null;
  if (labels[Number(key) - 1] && key !== " ") return { label: labels[Number(key) - 1] };
  if (MOVES.includes(key)) return { move: true };
  if (event.target.closest("button, a") && [" ", "Enter"].includes(key)) return null;
  if (closeUp && key === "Escape") return null;
  return COMMANDS[key] ?? null;
}
