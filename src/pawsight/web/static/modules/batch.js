// The page for many photos: takes them in, has them answered a few at a time, and keeps all of it in this browser.

import { listenAnywhere } from "./anywhere.js";
import { ask, photoOf } from "./asking.js";
import { counts, fits, sorted } from "./choosing.js";
import { Closer } from "./closer.js";
import { Corrections } from "./correcting.js";
import { dropped, take } from "./intake.js";
import { FAILED, page } from "./item.js";
import { meaning } from "./keys.js";
import * as keeping from "./keeping.js";
import { Lanes } from "./lanes.js";
import { Pace } from "./pace.js";
import { archive, download, table } from "./saving.js";
import { keyOf, View } from "./view.js";
import { _, duration, number, share } from "./words.js";

/** @typedef {import("./item.js").Item} Item */

const AT_ONCE = 3;
const UNDONE = ["waiting", "sending", "looking", "retrying"];

const part = (id) => document.getElementById(id);
const [form, status, note] = ["ask", "status", "note"].map(part);
const controls = part("controls").elements;

/** @type {Map<number, Item>} */
const items = new Map();
const files = new Map();  // key of an item -> what holds its photo, where this page still has it in its hands
const pace = new Pace();
const lanes = new Lanes(AT_ONCE, work);
const views = {
  table: new View(part("rows"), part("row")),
  grid: new View(part("tiles"), part("tile")),
};
const corrections = new Corrections((item) => {
  change(item, {});
  save(item);
}, say);
const closer = new Closer(part("closer"), async (item) => photoOf(item, await fileOf(item)));

function view() {
  return views[controls.view.value];
}

/** What holds an item's photo: as it was chosen, or as this browser kept it. @param {Item} item @returns {Promise<Blob>} */
async function fileOf(item) {
  const file = files.get(item.key) ?? (item.source === null ? null : await keeping.source(item.source));
  if (!file) throw new Error(_("This browser has not kept it. Choose it again."));
  return file;
}

/** @param {Item} item */
async function work(item) {
  await ask(item, () => fileOf(item), (what) => change(item, what));
  save(item);
  pace.tick();
  progress();
}

/** Change an item, and what is seen of it. @param {Item} item @param {object} what */
function change(item, what) {
  if (items.get(item.key) !== item) return;  // the list was cleared meanwhile
  Object.assign(item, what);
  view().paint(item);
  if (closer.open && closer.item === item) closer.show(item);
  soon();
}

/** Keep an item as it is now, unless the list was cleared meanwhile. @param {Item} item */
function save(item) {
  if (items.get(item.key) === item) keeping.keep([item]).catch(() => {});
}

let planned = 0;

/** Sort anew once in a while, but never under the hands of somebody who is in the list. */
function soon() {
  planned ||= setTimeout(() => {
    planned = 0;
    count();
    if (!view().container.contains(document.activeElement) && !closer.open) arrange();
  }, 1000);
}

function chosen() {
  const { verdict, most, order } = controls;
  return sorted([...items.values()].filter((item) => fits(item, verdict.value, most.value / 100)), order.value);
}

function arrange(anew = false) {
  const shown = chosen();
  part("table").hidden = controls.view.value !== "table";
  part("tiles").hidden = controls.view.value !== "grid";
  view().arrange(shown, anew);
  part("nothing").hidden = shown.length > 0;
}

/** Show what the controls say, from the top. */
function choose() {
  controls.shown.value = controls.most.value === "100" ? _("all") : _("up to {share}", { share: share(controls.most.value / 100) });
  Object.values(views).forEach((one) => one !== view() && one.clear());
  arrange(true);
}

function count() {
  const found = counts(items.values());
  for (const option of controls.verdict.options) {
    option.textContent = `${option.dataset.name} (${number(found.get(option.value) ?? 0)})`;
  }
}

function progress() {
  const all = items.size;
  const left = [...items.values()].filter(({ state }) => UNDONE.includes(state)).length;
  Object.assign(part("progress"), { max: all || 1, value: all - left });
  const seconds = lanes.open ? pace.seconds(left) : null;
  const words = [_("{done} of {all} answered", { done: number(all - left), all: number(all) })];
  if (!lanes.open && left) words.push(_("paused"));
  else if (left && seconds !== null) words.push(_("about {time} left", { time: duration(seconds) }));
  part("how-far").textContent = words.join(" · ");
  part("pause").hidden = left === 0;
  part("pause").textContent = lanes.open ? _("Pause") : _("Go on");
  if (left === 0 && all) finish();
}

function finish() {
  const failed = [...items.values()].filter(({ state }) => state === FAILED).length;
  say(failed ? _("All done; {failed} could not be answered.", { failed: number(failed) }) : _("All photos are answered."));
}

/** Tell everybody, also those who do not see it. @param {string} words */
function say(words) {
  status.textContent = words;
}

/** @param {Iterable<File>} chosenFiles */
async function add(chosenFiles) {
  const list = Array.from(chosenFiles);
  if (!list.length) return;
  say(_("Reading …"));
  const taken = await take(list);
  const first = 1 + Math.max(0, ...items.keys());
  const fresh = taken.items.map(({ file, ...item }, place) => {
    files.set(first + place, file);
    return { key: first + place, ...item };
  });
  start(fresh);
  await keeping.keep(fresh).catch(() => { taken.kept = false; });
  tell(taken);
}

/** @param {Item[]} fresh items that are to be answered */
function start(fresh) {
  for (const item of fresh) items.set(item.key, item);
  part("list").hidden = items.size === 0;
  if (lanes.idle) pace.reset();
  lanes.add(fresh.filter(({ state }) => UNDONE.includes(state)));
  count();
  arrange();
  progress();
}

/** @param {import("./intake.js").Taken} taken */
function tell({ items: fresh, left, refused, kept }) {
  const words = refused.map(({ name, reason }) => _("{name} cannot be opened: {reason}.", { name, reason }));
  if (left) words.push(_("Files left out because they are no photos: {count}.", { count: number(left) }));
  if (!kept) words.push(_("This browser has no room to keep the photos: stay on this page until all are answered."));
  note.textContent = words.join(" ");
  note.hidden = words.length === 0;
  say(_("Photos added: {count}.", { count: number(fresh.length) }));
}

/** @param {Item} item */
function again(item) {
  Object.assign(item, { state: "waiting", error: null });
  start([item]);
  view().focus(item.key);
}

async function clear() {
  part("clearing").close();
  if (part("forget-too").checked) {
    const { send } = await import("./sending.js");
    for (const { answer } of items.values()) if (answer) await send("DELETE", `${page.api}/${answer.id}`, null, { patience: 30 });
  }
  lanes.clear();
  items.clear();
  files.clear();
  Object.values(views).forEach((one) => one.clear());
  await keeping.clear().catch(() => {});
  part("list").hidden = note.hidden = true;
  say(_("The list is empty."));
  part("image").focus();
}

async function saveSorted() {
  const all = [...items.values()].filter(({ answer }) => answer).length;
  const tellHow = (done) => say(_("Packed {done} of {all}", { done: number(done), all: number(all) }));
  try {
    download(await archive([...items.values()], fileOf, tellHow), "pawsight.zip");
  } catch (error) {
    say(error instanceof RangeError ? _("These photos are too many for one ZIP of 4 GB. Take fewer at a time.") : error.message);
  }
}

/** @param {Item} item @param {string | null} label */
function correct(item, label) {
  corrections.make(item, label);
  say(_("{name}: {words}", { name: item.name, words: label === null ? _("undone") : page.labels[label] }));
}

function undo() {
  const item = corrections.undo();
  if (!item) return;
  say(_("{name}: {words}", { name: item.name, words: _("undone") }));
  if (closer.open) closer.show(item);
  else view().focus(item.key);
}

/** The item that many further on in what is shown. @param {number} steps */
function step(steps) {
  const shown = [...view().container.children].map(keyOf);
  const place = Math.max(0, Math.min(shown.indexOf(closer.item.key) + steps, shown.length - 1));
  closer.show(items.get(shown[place]));
}

function advance(key, steps) {
  if (closer.open) step(steps);
  else view().move(key, steps);
}

/** @param {KeyboardEvent} event in the list or the closer look */
function press(event) {
  const key = closer.open ? closer.item.key : keyOf(event.target);
  const what = key === null ? null : meaning(event, Object.keys(page.labels));
  if (!what) return;
  event.preventDefault();
  if (what.undo) undo();
  if (what.label) correct(items.get(key), what.label);
  if (!what.undo) advance(key, what.steps ?? 1);
}

function listen() {
  for (const id of ["image", "folder"]) {
    part(id).addEventListener("change", ({ target }) => { add(target.files).then(() => { target.value = ""; }); });
  }
  listenAnywhere(form, add, (transfer) => dropped(transfer).then(add));
  part("controls").addEventListener("input", choose);
  part("controls").addEventListener("change", choose);
  part("list").addEventListener("change", ({ target }) => {
    if (target.matches("[data-part=correct]")) correct(items.get(keyOf(target)), target.value || null);
  });
  part("list").addEventListener("click", ({ target }) => {
    const item = items.get(keyOf(target));
    if (!item) return;
    if (target.closest(".item")) closer.show(item);
    if (target.closest("[data-part=again]")) again(item);
  });
  part("list").addEventListener("keydown", press);
  part("closer").addEventListener("keydown", press);
  part("closer").addEventListener("click", ({ target }) => {
    const { label, steps } = target.dataset;
    if (steps) step(Number(steps));
    if (!label) return;
    correct(closer.item, closer.item.answer.correction === label ? null : label);
  });
  part("closer").addEventListener("close", () => { arrange(); view().focus(closer.item.key); });
  part("undo").addEventListener("click", undo);
  part("pause").addEventListener("click", () => { if (lanes.open) lanes.pause(); else lanes.resume(); pace.reset(); progress(); });
  part("save-table").addEventListener("click", () => download(table([...items.values()]), "pawsight.csv"));
  part("save-sorted").addEventListener("click", saveSorted);
  part("clear").addEventListener("click", () => part("clearing").showModal());
  part("really").addEventListener("click", clear);
}

async function restore() {
  const found = await keeping.kept().catch(() => []);
  if (!found.length) return;
  start(found.map((item) => (UNDONE.includes(item.state) ? { ...item, state: "waiting" } : item)));
  say(_("Here is your list from before."));
}

listen();
form.classList.add("live");
restore();
