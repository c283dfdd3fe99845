// The front page: takes photos in every way there is, sends each by itself, and shows the card that the server responds
// with. Without this script the same form works by itself.

import { listenAnywhere } from "./dropzone.js";
import { cardOf, listen, showHeat } from "./cards.js";
import { keepCards, restoreCards } from "./kept-cards.js";
import { isOn, NoModel } from "./device-switch.js";
import { Queue } from "./queue.js";
import { newKey, send } from "./sending.js";
import { isClear, shrink } from "./downscale.js";
import { _, megabytes, share } from "./i18n.js";

const AT_ONCE = 2;
const PATIENCE = 60;  // seconds that a busy server may take before a person is asked

const part = (id) => document.getElementById(id);
const [form, input, answers, status] = ["upload", "image", "answers", "status"].map(part);
const models = part("model");  // null where there is no choice
const maxBytes = Number(form.dataset.maxBytes);
const lanes = new Queue(AT_ONCE, work);

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
  if (isOn()) return classifyOnDevice(card, asked);
  const answer = await answerOf(asked, (...what) => tell(card, ...what));
  await show(answer, card);
  keepCards(answers);
  if (asked.sample) showHeat(answer);
  if (models && answer.dataset.id) letCompare(answer, asked.file);
}

/** What classifies on this device, and makes the card; fetched when somebody looks for it, or has switched it on. */
async function onDevice() {
  try {
    const [{ classifyHere }, { deviceCard }] = await Promise.all([import("./on-device.js"), import("./device-card.js")]);
    return { classifyHere, deviceCard };
  } catch (error) {
    throw new NoModel(_("The model does not load: {reason}", { reason: error.message }));
  }
}

async function classifyOnDevice(card, asked) {
  tell(card, _("Looking"));
  try {
    const { classifyHere, deviceCard } = await onDevice();
    const filled = await deviceCard(await classifyHere(asked.file), card.querySelector(".photo"));
    await show(filled, card);
    if (asked.sample) showHeat(filled);
  } catch (error) {
    const failed = fromTemplate("unreachable", asked.file);
    const again = error instanceof NoModel;
    failed.querySelector("h2").textContent = again ? _("The model does not load") : _("This file cannot be read");
    failed.querySelector(".detail").textContent = error.message;
    await show(again ? withAnotherTry(failed, asked) : failed, card);
  }
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
    await discard(answer);
    return askServer(file, asked, tell);
  }
  tellSmaller(answer, file, photo);
  return answer;
}

async function discard(answer) {
  const url = answer.querySelector(".delete-now")?.dataset.url;
  if (url) await send("DELETE", url, null, { patience: PATIENCE });
}

async function letCompare(card, file) {
  const { offer } = await import("./compare-models.js");
  await offer(card, models.options, (model, tell) => answerOf({ file, model, key: newKey() }, tell), discard);
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
  card.querySelector(".more span")?.append(" · ", _("Sent smaller: {small} for {large}", sizes));
}

async function show(card, instead) {
  const [photo, preview] = [card, instead].map((one) => one.querySelector(".photo"));
  if (photo && preview?.naturalWidth) photo.src = preview.src;  // sharper than the small copy that the server keeps
  await photo?.decode().catch(() => {});  // no blank in between
  instead.replaceWith(card);
  say(card.querySelector("h1, h2").textContent);
}

/** @param {Iterable<File>} files @param {boolean} [sample] whether to show where the model looked right away */
function classify(files, sample = false) {
  const asked = Array.from(files, (file) => ({
    file, sample, model: models?.value ?? "", key: newKey(), card: waitingCard(file),
  }));
  if (asked.length === 0) return;
  answers.prepend(...asked.map(({ card }) => card));
  showBar();
  scrollTo({ top: 0, behavior: "instant" });
  lanes.add(asked);
}

/** Shrink the form to a bar while there are cards. */
function showBar() {
  part("page").classList.toggle("answered", answers.querySelector(".answer") !== null);
}

async function classifySample({ currentTarget }) {
  const response = await fetch(currentTarget.dataset.url);
  classify([new File([await response.blob()], currentTarget.id + ".jpg", { type: "image/jpeg" })], true);
}

async function openCamera() {
  const { predictOnServer, takePhoto } = await import("./camera.js");
  const here = isOn() ? (await onDevice()).classifyHere : null;
  const photo = await takePhoto(part("viewfinder"), here ?? ((frame) => predictOnServer(frame, models?.value ?? "")));
  if (photo) classify([photo]);
}

for (const field of [input, part("capture")]) {
  field.addEventListener("change", () => {
    classify(field.files);
    field.value = "";  // so that the same photo can be chosen again
  });
}
listenAnywhere(form, classify);
listen(answers, say, (leaving) => {
  keepCards(answers);
  if (leaving) return;
  showBar();
  input.focus();
});
document.querySelectorAll(".samples button").forEach((button) => button.addEventListener("click", classifySample));
part("camera").addEventListener("click", openCamera);
part("camera").hidden = !navigator.mediaDevices;  // browsers have it only on https and on this very machine
part("on-device")?.closest("details")?.addEventListener("toggle", onDevice, { once: true });
form.classList.add("live");
restoreCards(answers, form.dataset.shown).then(() => {
  keepCards(answers);
  showBar();
});
