// What the keys of the list mean; the page names them.

const STEPS = { ArrowDown: 1, ArrowRight: 1, j: 1, ArrowUp: -1, ArrowLeft: -1, k: -1, Home: -Infinity, End: Infinity };

/**
 * @param {KeyboardEvent} event
 * @param {string[]} labels told with the digits from 1 on
 * @returns {{ undo?: boolean, label?: string, steps?: number } | null} what is to be done; null for keys of others
 */
export function meaning(event, labels) {
  const held = event.ctrlKey || event.metaKey;
  if (event.altKey || event.target.matches("select, input")) return null;
  if ((event.key === "u" && !held) || (event.key === "z" && held)) return { undo: true };
  if (held) return null;
  const label = labels[Number(event.key) - 1];
  if (label) return { label };
  return event.key in STEPS ? { steps: STEPS[event.key] } : null;
}
