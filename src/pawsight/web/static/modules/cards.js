// Cards with answers, as the server writes them: heat map, corrections, JSON, forgetting.

import { _ } from "./words.js";

/** The card on a page that the server sent. @param {string} page @returns {HTMLElement | null} */
export function cardOf(page) {
  const card = new DOMParser().parseFromString(page, "text/html").querySelector(".answer");
  return card && document.adoptNode(card);
}

/**
 * Let people use the cards of a section.
 * @param {HTMLElement} section
 * @param {(words: string) => void} say to those who do not see it
 * @param {() => void} forgotten called when a card is gone
 */
export function listen(section, say, forgotten) {
  document.documentElement.classList.add("cards-live");
  section.addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = event.target;
    const done = asked.matches(".correct") ? correct(asked, event.submitter.value, say) : forget(asked, say, forgotten);
    done.catch((error) => complain(asked, error));
  });
  for (const kind of ["input", "change"]) {
    section.addEventListener(kind, ({ target }) => tune(target.closest(".answer"), target));
  }
  section.addEventListener("click", ({ target }) => {
    const button = target.closest(".copy");
    if (button) copy(button, say).catch((error) => complain(button, error));
  });
}

/** The heat map as strong as the slider says, for the class that was chosen. */
function tune(card, control) {
  const heat = card.querySelector(".heat");
  if (control.name === "strength") heat.style.opacity = control.value / 100;
  if (control.name === "class") {
    heat.src = control.selectedOptions[0].dataset.url;
    card.querySelector(".speaks-for").textContent = control.selectedOptions[0].textContent;
  }
}

async function copy(button, say) {
  const response = await fetch(button.dataset.url);
  if (!response.ok) throw refusal(response);
  await navigator.clipboard.writeText(JSON.stringify(await response.json(), null, 2));
  say(_("Copied"));
  const words = button.textContent;
  button.textContent = _("Copied");
  setTimeout(() => { button.textContent = words; }, 2000);
}

function refusal(response) {
  const reasons = { 403: _("This photo is another visitor's"), 404: _("This answer is not here") };
  return new Error(reasons[response.status] ?? _("Something went wrong on our side"));
}

async function forget(asked, say, forgotten) {
  const card = asked.closest(".answer");
  const compared = Array.from(card.querySelectorAll("tr[data-url]"), ({ dataset }) => dataset.url);
  for (const url of [...compared, asked.dataset.url].filter(Boolean)) {
    const response = await fetch(url, { method: "DELETE" });
    if (!response.ok && response.status !== 404) throw refusal(response);
  }
  card.remove();
  say(_("The photo is forgotten."));
  forgotten();
}

async function correct(asked, label, say) {
  const body = JSON.stringify({ correction: label || null });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(asked.dataset.url, { method: "PATCH", headers, body });
  if (!response.ok) throw refusal(response);
  const fresh = cardOf(await (await fetch(asked.dataset.page)).text()).querySelector(".correct");
  asked.replaceWith(fresh);
  say(fresh.querySelector("span").textContent);
  fresh.querySelector("button").focus();
}

function complain(asked, error) {
  const alert = asked.parentElement.querySelector(".alert-text") ?? document.createElement("p");
  alert.className = "alert-text";
  alert.role = "alert";
  alert.textContent = _("That did not work: {reason}.", { reason: error.message });
  asked.after(alert);
}
