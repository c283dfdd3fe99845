// The page for many photos: takes them in, has them classified a few at a time, and keeps all of it in this browser.

import { listenAnywhere } from "./dropzone.js";
import { classify, photoOf } from "./classify-item.js";
import { dropped, take } from "./import.js";
import { FAILED, page, shownName } from "./item.js";
import * as db from "./db.js";
import { Queue } from "./queue.js";
import { Eta } from "./eta.js";
import { Review } from "./review.js";
import { send } from "./sending.js";
import { showToast } from "./toast.js";
import { _, duration, number } from "./i18n.js";

/** @typedef {import("./item.js").Item} Item */

const AT_ONCE = 3;
const UNDONE = ["waiting", "sending", "looking", "retrying"];

const part = (id) => document.getElementById(id);
const [form, note] = ["upload", "note"].map(part);

/** @type {Map<number, Item>} */
const items = new Map();
const files = new Map();  // key of an item -> what holds its photo, where this page still has it in its hands
const sources = new Map();  // number of a kept file -> promise of it
const pace = new Eta();
const lanes = new Queue(AT_ONCE, work);
const review = new Review(items, {
  photo: async (item) => (typeof item.thumb === "string" ? item.thumb : URL.createObjectURL(await photoOf(item, await fileOf(item)))),
  save: (changed) => db.keep(changed.filter((item) => items.get(item.key) === item)).catch(() => {}),
  remove: deleteForGood,
  download: (some) => saveSorted(some),
  retry: again,
  say: showToast,
});
const kept = () => [...items.values()].filter(({ deleted }) => !deleted);

/** What holds an item's photo: as it was chosen, or as this browser kept it. @param {Item} item @returns {Promise<Blob>} */
async function fileOf(item) {
  const file = files.get(item.key) ?? (item.source === null ? null : await keptSource(item.source));
  if (!file) throw new Error(_("This browser has not kept it. Choose it again."));
  return file;
}

/** A file that this browser has kept: always the same one, so that the directory of a ZIP is read once. @param {number} number */
function keptSource(number) {
  if (!sources.has(number)) sources.set(number, db.source(number));
  return sources.get(number);
}

/** @param {Item} item */
async function work(item) {
  if (!item.deleted) await classify(item, () => fileOf(item), (what) => review.change(item, what));
  db.keep([item]).catch(() => {});
  pace.tick();
  progress();
}

function progress() {
  const all = kept();
  const left = all.filter(({ state }) => UNDONE.includes(state));
  const failed = all.filter(({ state }) => state === FAILED).length;
  Object.assign(part("progress"), { max: all.length || 1, value: all.length - left.length, hidden: !left.length });
  part("how-far").textContent = [
    left.length ? _("{done} of {all} classified", { done: number(all.length - left.length), all: number(all.length) }) : _("All {count} done", { count: number(all.length) }),
    failed && _("{count} failed", { count: number(failed) }),
    left.length && remaining(left),
  ].filter(Boolean).join(" · ");
  part("pause").hidden = left.length === 0;
  part("pause").textContent = lanes.open ? _("Pause") : _("Resume");
  part("sorted-count").textContent = number(all.filter(({ answer }) => answer).length);
}

/** How long it takes, or why it does not go on. @param {Item[]} left */
function remaining(left) {
  if (!lanes.open) return _("paused");
  if (left.some(({ state, reached }) => state === "retrying" && !reached)) return _("server away, retrying");
  const seconds = pace.seconds(left.length);
  return seconds === null ? "" : _("about {time} left", { time: duration(seconds) });
}

/** @param {Iterable<File>} chosen */
async function add(chosen) {
  const list = Array.from(chosen);
  if (!list.length) return;
  showToast(_("Reading …"));
  const taken = await take(list);
  const first = Math.max(0, ...items.keys()) + 1;
  const fresh = taken.items.map((/** @type {any} */ { file, ...item }, place) => {
    files.set(first + place, file);
    return { key: first + place, ...item };
  });
  await db.keep(fresh).catch(() => { taken.kept = false; });
  start(fresh);
  tell(taken);
}

/** @param {Item[]} fresh items that are to be classified */
function start(fresh) {
  for (const item of fresh) items.set(item.key, item);
  part("list").hidden = items.size === 0;
  part("many").classList.toggle("filled", items.size > 0);
  if (lanes.idle) pace.reset();
  lanes.add(fresh.filter(({ state }) => UNDONE.includes(state)));
  review.arrange();
  progress();
}

/** @param {import("./import.js").Taken} taken */
function tell({ items: fresh, left, refused, kept: written }) {
  const words = refused.map(({ name, reason }) => _("{name} cannot be opened: {reason}.", { name: shownName(name), reason }));
  if (left) words.push(_("Files left out because they are no photos: {count}.", { count: number(left) }));
  if (!written) words.push(_("This browser has no room to keep the photos: stay on this page until all are classified."));
  note.textContent = words.join(" ");
  note.hidden = words.length === 0;
  showToast(_("Photos added: {count}.", { count: number(fresh.length) }));
}

/** @param {Item} item */
function again(item) {
  review.change(item, { state: "waiting", error: null });
  start([item]);
}

/** @param {Item[]} gone */
async function deleteForGood(gone) {
  for (const item of gone) {
    items.delete(item.key);
    files.delete(item.key);
    if (item.answer?.id) await send("DELETE", `${page.api}/${item.answer.id}`, null, { patience: 60 });
  }
  await db.remove(gone.map(({ key }) => key)).catch(() => {});
  progress();
}

async function clear() {
  part("clearing").close();
  const all = [...items.values()];
  lanes.clear();
  items.clear();
  files.clear();
  sources.clear();
  review.arrange();
  await db.clear().catch(() => {});
  part("list").hidden = note.hidden = true;
  part("many").classList.remove("filled");
  part("image").focus();
  if (part("delete-too").checked) {
    for (const { answer } of all) if (answer?.id) await send("DELETE", `${page.api}/${answer.id}`, null, { patience: 30 });
  }
  showToast(_("The list is empty."));
}

/** @param {Item[]} [some] only these */
async function saveSorted(some = kept()) {
  const chosen = some.filter(({ answer }) => answer);
  const tellHow = (done) => showToast(_("Packed {done} of {all}", { done: number(done), all: number(chosen.length) }));
  const [{ archive }, { saveFile }] = await Promise.all([import("./download.js"), import("./save-file.js")]);
  try {
    saveFile(await archive(chosen, fileOf, tellHow), "pawsight.zip");
  } catch (error) {
    showToast(error.message);
  }
}

function listen() {
  for (const id of ["image", "folder"]) {
    part(id).addEventListener("change", ({ target }) => { add(target.files).then(() => { target.value = ""; }); });
  }
  listenAnywhere(form, add, (transfer) => dropped(transfer).then(add));
  part("pause").addEventListener("click", () => { if (lanes.open) lanes.pause(); else lanes.resume(); pace.reset(); progress(); });
  part("save-table").addEventListener("click", async () => {
    const [{ table }, { saveFile }] = await Promise.all([import("./download.js"), import("./save-file.js")]);
    saveFile(table(kept()), "pawsight.csv");
  });
  part("save-sorted").addEventListener("click", () => saveSorted());
  part("clear").addEventListener("click", () => part("clearing").showModal());
  part("really").addEventListener("click", clear);
  setInterval(() => { if (!lanes.idle) progress(); }, 1000);
}

async function restore() {
  const found = await db.kept().catch(() => []);
  if (!found.length) return;
  const [gone, here] = [true, false].map((deleted) => found.filter((item) => Boolean(item.deleted) === deleted));
  for (const item of here) {
    if (UNDONE.includes(item.state)) item.state = "waiting";
    item.thumb ??= item.answer?.photo ?? null;
  }
  start(here);
  deleteForGood(gone);
}

listen();
form.classList.add("live");
restore();
