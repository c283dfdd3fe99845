// The page for own classes: photos and camera frames in, a model out. All of it happens in this browser.

import { ClassCard } from "./class-card.js";
import { areUsable } from "./class-names.js";
import { _, number } from "./i18n.js";
import { photosToAdd } from "./photos-to-add.js";
import { letPublish } from "./publish-model.js";
import { startCamera, stopCamera, takeFrame, watch } from "./train-camera.js";
import { LEAST, showResult, tryPhoto } from "./train-result.js";

const MOST = 3000;  // photos
const PAUSE = 1000;  // milliseconds without a change until the forecast

/** @type {(id: string) => any} */
const part = (id) => document.getElementById(id);
const page = part("train");
const at = (address) => new URL(address, document.baseURI).href;
const cards = [];
let tools = null;
let trained = null;
let training = false;
let turn = Promise.resolve();
let ahead = new AbortController();  // of the forecast

function tell(words) {
  part("device-says").textContent = words;
}

/** The base model and what trains, fetched with the first photo. @returns {Promise<{ model: any, learn: any, bank: any }>} */
function load() {
  tools ??= (async () => {
    tell(_("Loading the model …"));
    const [{ Model }, learn] = await Promise.all([import(at(page.dataset.runtime)), import(at(page.dataset.learn))]);
    const [model, bank] = await Promise.all([Model.load(at(page.dataset.model)), page.dataset.bank ? readBank(learn) : { outliers: [], kinds: [] }]);
    tell("");
    return { model, learn, bank };
  })();
  tools.catch((error) => {
    tools = null;
    tell(_("The model does not load: {reason}", { reason: error.message }));
  });
  return tools;
}

async function readBank(learn) {
  const { list, unpack } = await import("./zip.js");
  const file = await (await fetch(at(page.dataset.bank))).blob();
  const entries = await list(file);
  return learn.readBank(async (name) => new Uint8Array(await (await unpack(file, entries.find((one) => one.name === name))).arrayBuffer()));
}

/** Look at a photo, one after the other: they share a processor. @param {Blob} photo */
function study(photo) {
  const studied = turn.then(async () => {
    const { model, learn } = await load();
    return learn.study(model, photo);
  });
  turn = studied.then(() => {}, () => {});
  return studied;
}

/** What stands in the way of training; empty where nothing does. */
function missing() {
  const used = cards.filter(({ count, busy }) => count || busy);
  if (used.filter(({ name }) => name !== "neither").length < 2) return _("At least two classes with photos are needed.");
  if (used.some(({ busy }) => busy)) return _("Photos are being read …");
  if (!areUsable(used.map(({ name }) => name))) return _("Each class needs a name of its own that can be a folder; both and unsure are verdicts.");
  if (used.reduce((sum, { count }) => sum + count, 0) > MOST) return _("At most {most} photos fit here. For more, use pawsight learn.", { most: number(MOST) });
  const few = used.filter(({ count }) => count < LEAST).map(({ name }) => name);
  return few.length ? _("At least {least} different photos of each class are needed: {names}.", { least: LEAST, names: few.join(", ") }) : "";
}

/** What training is given. @returns {any} */
function data(bank) {
  const photos = cards.flatMap((card) => card.photos.map((one) => ({ ...one, label: card.name })));
  return { photos, ...bank, together: part("together").checked };
}

/** Say on each class how many photos to add, once nothing changes for a moment. */
async function foresee() {
  const { learn, bank } = await load();
  const { signal } = ahead;
  await new Promise((done) => { setTimeout(done, PAUSE); });
  if (signal.aborted) return;
  const { more } = await learn.forecast(data(bank), signal);
  if (signal.aborted) return;
  for (const card of cards) {
    if (card.name in more) card.foresee(more[card.name] ? _("To get 19 of 20 right, add: {count}", { count: photosToAdd(more[card.name]) }) : _("19 of 20 should be right already."));
  }
}

function changed() {
  ahead.abort();
  ahead = new AbortController();
  cards.forEach((card) => card.foresee());
  if (!training && !missing()) foresee().catch(() => {});  // training says what is wrong
  part("what-is-missing").textContent = training ? "" : missing();
  part("begin").querySelector("button").disabled = training || Boolean(missing());
}

function addClass(name = _("Class {number}", { number: cards.length + 1 })) {
  const removed = () => {
    cards.splice(cards.indexOf(card), 1);
    part("add-class").focus();
    changed();
  };
  const card = new ClassCard(part("class"), name, { study, changed, shoot: takeFrame, removed });
  cards.push(card);
  part("classes").append(card.element);
  card.allowCamera(part("use-camera").checked);
  return card;
}

async function switchCamera({ target }) {
  if (!target.checked) stopCamera();
  else {
    try {
      await startCamera();
      watch(async (frame) => { if (trained && !training && !cards.some(({ busy }) => busy)) await tryPhoto(trained, frame); });
    } catch {
      target.checked = false;
      tell(_("The camera does not start. Is there one, and may this page use it?"));
    }
  }
  cards.forEach((card) => card.allowCamera(target.checked));
}

async function begin(event) {
  event.preventDefault();
  const bar = part("progress");
  const started = performance.now();
  [training, bar.hidden, bar.value] = [true, false, 0];
  changed();
  tell(_("Training …"));
  try {
    const { model, learn, bank } = await load();
    const done = await learn.train(part("model-name").value, model, data(bank), (some, of) => { bar.value = some / of; });
    trained = done.model ?? trained;
    tell("");
    showResult(done, (performance.now() - started) / 1000);
    if (done.model) letPublish(done.model.card.name, done.files);
  } catch (error) {
    tell(_("Training failed: {reason}", { reason: error.message }));
  }
  [training, bar.hidden] = [false, true];
  changed();
}

addClass();
addClass();
part("add-class").addEventListener("click", () => addClass().focus());
part("add-none").addEventListener("click", () => addClass("neither").focus());
part("use-camera").addEventListener("change", switchCamera);
part("together").addEventListener("change", changed);
part("use-camera").closest("label").hidden = !navigator.mediaDevices;  // browsers have it only on https and on this very machine
part("begin").addEventListener("submit", begin);
part("try").addEventListener("change", ({ target }) => {
  tryPhoto(trained, target.files[0]).catch(() => tell(_("This browser cannot decode the file.")));
  target.value = "";
});
page.hidden = false;
document.documentElement.classList.add("started");
changed();
