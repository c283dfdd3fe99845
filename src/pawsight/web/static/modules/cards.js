// Cards with predictions, as the server writes them: heat map, correction, JSON, deletion.

import { _ } from "./i18n.js";

/** The card on a page that the server sent. @param {string} page @returns {HTMLElement | null} */
export function cardOf(page) {
  return cardsOf(page)[0] ?? null;
}

/** All cards on a page that the server sent. @param {string} page @returns {HTMLElement[]} */
export function cardsOf(page) {
  const found = new DOMParser().parseFromString(page, "text/html").querySelectorAll(".answer");
  return Array.from(found, (card) => document.adoptNode(card));
}

/**
 * Make the cards of a section work.
 * @param {HTMLElement} section
 * @param {(words: string) => void} say announces to screen readers
 * @param {(leaving: boolean) => void} deleted called when a card is gone; whether the page is being left
 */
export function listen(section, say, deleted) {
  document.documentElement.classList.add("cards-live");
  section.addEventListener("submit", (event) => {
    event.preventDefault();
    correct(event.target, event.submitter.value, say).catch((error) => complain(event.target, error));
  });
  for (const kind of ["input", "change"]) {
    section.addEventListener(kind, ({ target }) => tune(target.closest(".answer"), target));
  }
  section.addEventListener("click", ({ target }) => {
    const button = target.closest(".copy, .delete-now");
    if (button?.matches(".copy")) copy(button, say).catch((error) => complain(button, error));
    if (button?.matches(".delete-now")) remove(button, say, deleted);
  });
}

/** Switch a card's heat map on, so that it fades in. @param {HTMLElement} card */
export async function showHeat(card) {
  const heat = card.querySelector(".heat");
  if (!heat) return;
  heat.loading = "eager";
  await heat.decode().catch(() => {});
  card.querySelector(".look input").checked = true;
}

/** Apply the strength slider and the choice of a class to the heat map. */
function tune(card, control) {
  const heat = card?.querySelector(".heat");
  if (control.name === "strength") heat.style.opacity = control.value / 100;
  if (control.name === "class") {
    const { url, legend, bright } = control.selectedOptions[0].dataset;
    heat.src = url;
    const caption = card.querySelector("figcaption");
    caption.textContent = legend;
    caption.classList.toggle("nothing", !bright);
  }
  if (control.closest(".look") && !control.checked) heat.style.removeProperty("opacity");
}

async function copy(button, say) {
  const response = await fetch(button.dataset.url);
  if (!response.ok) throw refusal(response.status);
  await navigator.clipboard.writeText(JSON.stringify(await response.json(), null, 2));
  say(_("Copied"));
  const words = button.textContent;
  button.textContent = _("Copied");
  setTimeout(() => { button.textContent = words; }, 2000);
}

function refusal(status) {
  const reasons = { 403: _("This photo is another visitor's"), 404: _("This prediction is not here") };
  return new Error(reasons[status] ?? _("Something went wrong"));
}

async function remove(button, say, deleted) {
  const { deleteWithUndo } = await import("./deletion.js");
  const card = button.closest(".answer");
  const compared = Array.from(card.querySelectorAll("tr[data-url]"), ({ dataset }) => dataset.url);
  deleteWithUndo(card, [button.dataset.url, ...compared].filter(Boolean), {
    say, deleted, failed: (status) => complain(button, refusal(status)),
  });
}

async function correct(form, label, say) {
  const body = JSON.stringify({ correction: label || null });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(form.dataset.url, { method: "PATCH", headers, body });
  if (!response.ok) throw refusal(response.status);
  const card = form.closest(".answer");
  const fresh = cardOf(await (await fetch(form.dataset.page)).text());
  card.dataset.says = fresh.dataset.says;
  const [old, now] = [card, fresh].map((one) => one.querySelector("h2 + p"));
  card.querySelector("h2").textContent = fresh.querySelector("h2").textContent;
  old?.remove();
  if (now) card.querySelector("h2").after(now);
  form.replaceWith(fresh.querySelector(".correct"));
  say(card.querySelector("h2").textContent);
  (card.querySelector(".correct [aria-pressed=true]") ?? card.querySelector(".correct button")).focus();
}

function complain(asked, error) {
  const alert = asked.parentElement.querySelector(".alert-text") ?? document.createElement("p");
  alert.className = "alert-text";
  alert.role = "alert";
  alert.textContent = _("That did not work: {reason}.", { reason: error.message });
  asked.after(alert);
}
