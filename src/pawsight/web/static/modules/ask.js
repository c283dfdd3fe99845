// The front page: takes photos in every way there is, sends each by itself, and shows the card that the server answers
// with. Without this script the same form works by itself.

import { listenAnywhere } from "./anywhere.js";
import { cardOf, listen } from "./cards.js";
import { offer } from "./comparing.js";
import { Lanes } from "./lanes.js";
import { newKey, send } from "./sending.js";
import { isClear, shrink } from "./shrinking.js";
import { _, megabytes, share } from "./words.js";

const AT_ONCE = 2;
const PATIENCE = 60;  // seconds that a busy server may take before a person is asked

const part = (id) => document.getElementById(id);
const [form, input, answers, status] = ["ask", "image", "answers", "status"].map(part);
const models = part("model");  // null where there is no choice
const maxBytes = Number(form.dataset.maxBytes);
const lanes = new Lanes(AT_ONCE, work);

function say(words) {
  status.textContent = words;
}

function fromTemplate(id, file) {
  const card = part(id).content.firstElementChild.cloneNode(true);
  card.querySelector("bdi").textContent = file.name;
  return card;
}

function waitingCard(file) {
  const card = fromTemplate("waiting", file);
  const preview = card.querySelector("img");
  preview.addEventListener("error", () => preview.closest("figure").remove());
  preview.src = URL.createObjectURL(file);
  return card;
}

/** Say on a card what happens to its photo. */
function tell(card, words, sent) {
  card.querySelector("h2").textContent = words;
  const bar = card.querySelector("progress");
  bar.classList.toggle("solid", sent !== undefined);
  if (sent === undefined) bar.removeAttribute("value");
  else bar.value = sent;
}

function failedCard(id, file, photo) {
  const card = fromTemplate(id, file);
  const detail = card.querySelector(".detail");
  detail.textContent = detail.textContent.replace("{size}", megabytes(photo.size));
  return card;
}

/** A failed card that may do better next time. */
function withAnotherTry(card, asked) {
  const button = document.createElement("button");
  button.className = "btn btn-outline-secondary again";
  button.textContent = _("Try again");
  button.addEventListener("click", () => {
    const waiting = waitingCard(asked.file);
    card.replaceWith(waiting);
    lanes.add([{ ...asked, card: waiting }]);
  });
  card.querySelector(".words").append(button);
  return card;
}

async function askServer(photo, asked, tell) {
  const body = new FormData();
  body.append(input.name, photo, asked.file.name);
  body.append("model", asked.model);
  body.append("key", asked.key);
  const reply = await send("POST", form.action, body, {
    patience: PATIENCE,
    sent: (part) => (part < 1 ? tell(_("Sending, {share}", { share: share(part) }), part) : tell(_("Looking"))),
    waiting: (seconds, reached) => tell(reached ? _("Server busy, again in {seconds} s", { seconds })
      : _("Server away, again in {seconds} s", { seconds })),
  });
  const answered = reply && cardOf(reply.text);
  if (!answered) return withAnotherTry(failedCard("unreachable", asked.file, photo), asked);
  return reply.status === 429 || reply.status >= 500 ? withAnotherTry(answered, asked) : answered;
}

async function work({ card, ...asked }) {
  const answer = await answerOf(asked, (...what) => tell(card, ...what));
  await show(answer, card);
  if (models && answer.querySelector(".forgetting")) letCompare(answer, asked.file);
}

/** The card for a photo by a model: for a smaller copy where its answer is clear, else for the photo. */
async function answerOf(asked, tell) {
  const { file } = asked;
  tell(_("Sending, {share}", { share: share(0) }), 0);
  const photo = await shrink(file);
  if (photo.size > maxBytes) return failedCard("too-large", file, photo);
  const answer = await askServer(photo, asked, tell);
  if (photo === file) return answer;
  if (file.size <= maxBytes && !isClear(scores(answer))) {
    await forget(answer);
    return askServer(file, asked, tell);
  }
  tellSmaller(answer, file, photo);
  return answer;
}

async function forget(answer) {
  const url = answer.querySelector(".forgetting")?.dataset.url;
  if (url) await send("DELETE", url, null, { patience: PATIENCE });
}

async function letCompare(card, file) {
  await offer(card, models.options, (model, tell) => answerOf({ file, model, key: newKey() }, tell), forget);
  if (!card.isConnected) return;
  const lines = Array.from(card.querySelectorAll(".comparison tbody tr"), ({ cells: [model, said] }) =>
    `${model.firstChild.textContent}: ${said.firstChild.textContent}`);
  say(lines.join(". "));
}

/** The scores on a card; none where it is no answer. */
function scores(card) {
  return Array.from(card.querySelectorAll("meter"), ({ value }) => value);
}

function tellSmaller(card, file, photo) {
  const sizes = { small: megabytes(photo.size), large: megabytes(file.size) };
  card.querySelector(".small-print > span")?.append(" · ", _("Sent smaller: {small} for {large}", sizes));
}

async function show(card, instead) {
  await card.querySelector(".photo")?.decode().catch(() => {});  // no blank between preview and photo
  const preview = instead.querySelector("img");
  instead.replaceWith(card);
  if (preview) URL.revokeObjectURL(preview.src);
  say(card.querySelector("h1, h2").textContent);
}

/** @param {Iterable<File>} files */
function ask(files) {
  const asked = Array.from(files, (file) => ({ file, model: models?.value ?? "", key: newKey(), card: waitingCard(file) }));
  if (asked.length === 0) return;
  answers.prepend(...asked.map(({ card }) => card));
  answers.scrollIntoView({ block: "nearest" });
  lanes.add(asked);
}

async function askExample({ currentTarget }) {
  const response = await fetch(currentTarget.dataset.url);
  ask([new File([await response.blob()], "chelsea.jpg", { type: "image/jpeg" })]);
}

async function openCamera() {
  const { takePhoto } = await import("./camera.js");
  const photo = await takePhoto(part("viewfinder"));
  if (photo) ask([photo]);
}

for (const field of [input, part("capture")]) {
  field.addEventListener("change", () => {
    ask(field.files);
    field.value = "";  // so that the same photo can be chosen again
  });
}
listenAnywhere(form, ask);
listen(answers, say, () => input.focus());
part("example").addEventListener("click", askExample);
part("camera").addEventListener("click", openCamera);
part("camera").hidden = !navigator.mediaDevices;  // browsers have it only on https and on this very machine
form.classList.add("live");
