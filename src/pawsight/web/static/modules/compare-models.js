// What the other models predict for a photo, next to the one on its card.

/**
 * Offer on a card to ask the other models too.
 * @param {HTMLElement} card with an answer
 * @param {Iterable<HTMLOptionElement>} models all there are
 * @param {(model: string, tell: (words: string) => void) => Promise<HTMLElement>} ask gets a card from a model
 * @param {(card: HTMLElement) => Promise<unknown>} discard what came too late
 * @returns {Promise<void>} when the others have been asked
 */
export function offer(card, models, ask, discard) {
  const button = copyOf("compare");
  card.querySelector(".more > div").append(button);
  return new Promise((done) => {
    button.addEventListener("click", () => {
      button.remove();
      compare(card, [...models], ask, discard).then(done);
    });
  });
}

async function compare(card, models, ask, discard) {
  const table = copyOf("comparison");
  card.querySelector("dl").after(table);
  card.querySelector(".more").open = false;
  table.focus();
  const own = models.find(({ dataset }) => dataset.id === card.dataset.model);
  fill(lineOf(table, own?.value ?? card.dataset.model), card);
  const asked = models.filter((model) => model !== own).map(({ value }) => [value, lineOf(table, value)]);
  for (const [model, line] of asked) {  // one after the other: they share a processor, and times are shown
    if (!line.isConnected) return;
    const answer = await ask(model, (words) => { line.cells[1].textContent = words; });
    if (!line.isConnected) return void await discard(answer);
    line.dataset.url = answer.querySelector(".delete-now")?.dataset.url ?? "";
    fill(line, answer);
  }
}

function copyOf(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function element(name, words) {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
}

function lineOf(table, model) {
  const line = table.tBodies[0].insertRow();
  line.append(Object.assign(element("th", model), { scope: "row" }));
  line.insertCell();
  return line;
}

/** What a card says, in a line: verdict, scores and time, or what went wrong. */
function fill(line, card) {
  const { time } = card.dataset;
  if (time) line.cells[0].append(element("small", time));
  const more = card.querySelector("dl, .detail").cloneNode(true);
  line.cells[1].replaceChildren(element("strong", card.querySelector("h1, h2").textContent), more);
}
