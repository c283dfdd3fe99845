// A line that says what has just happened: seen for a moment, and announced to screen readers.

const SECONDS = 5;

let timer = 0;

/** @param {string} words */
export function showToast(words) {
  document.getElementById("status").textContent = words;
  const toast = document.getElementById("toast") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "toast", ariaHidden: "true" }));
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { toast.hidden = true; }, 1000 * SECONDS);
}
