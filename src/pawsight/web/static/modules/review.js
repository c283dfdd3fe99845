// Reviewing photos in a gallery: chips with live counts, order, selection, keys, corrections and deletions that can be
// undone, and one photo large. Batch, My photos and the archive all use this.

import { showCounts } from "./chips.js";
import { CloseUp } from "./close-up.js";
import { legendOf } from "./close-up-legend.js";
import { Corrections } from "./corrections.js";
import { ALL, arranged, counts, matches } from "./filter.js";
import { Gallery, keyOf } from "./gallery.js";
import { FAILED, page, says, shownName } from "./item.js";
import { ownPhotos } from "./pending.js";
import { listenToPointer } from "./pointer.js";
import { meaning } from "./shortcuts.js";
import { hash, nearest } from "./similar.js";
import { Steps } from "./steps.js";
import { fill, release, showThumb } from "./tile.js";
import { send } from "./sending.js";
import { _, number } from "./i18n.js";

/** @typedef {import("./item.js").Item} Item */
/**
 * @typedef {object} Deletions
 * @property {import("./pending.js").Pending} pending
 * @property {(items: Item[]) => string[]} names under which they are written down
 * @property {(names: string[]) => void} [leave] called where the page is left before they are final
 */

const AFTER = 60_000;  // milliseconds after which a deletion is final

/** @type {Deletions} */
const OWN = { pending: ownPhotos, names: (items) => items.filter(({ answer }) => answer?.id).map(({ answer }) => `${page.api}/${answer.id}`) };

const part = (id) => document.getElementById(id);

export class Review {
  #planned = 0;

  /**
   * @param {Map<any, Item>} items
   * @param {object} calls
   * @param {(item: Item) => Promise<string>} calls.photo the address of a photo
   * @param {(items: Item[]) => void} [calls.save] keep what has changed
   * @param {(items: Item[], label: string | null) => Promise<Map<Item, string>>} [calls.store] sends corrections to the server;
   *   those that it did not take, and why
   * @param {(items: Item[]) => Promise<boolean | void>} calls.remove delete for good; false where that is still to be done
   * @param {Deletions} [calls.deletions] where deletions that can be undone are written down
   * @param {(item: Item) => string} [calls.page] the address of all that is known of a photo
   * @param {(items: Item[]) => void} [calls.download] hand photos to the visitor
   * @param {(words: string) => void} calls.say to screen readers, and as a line at the bottom
   * @param {(item: Item) => void} [calls.retry] where a failed item may do better
   */
  constructor(items, calls) {
    this.items = items;
    this.calls = calls;
    this.controls = part("controls").elements;
    this.wanted = ALL;
    this.steps = new Steps(() => { part("undo").disabled = this.steps.size === 0; });
    this.corrections = new Corrections(this.steps, (item) => { this.change(item, {}); calls.save?.([item]); }, calls.say, calls.store ?? storeOnServer);
    this.gallery = new Gallery(part("gallery"), part("tile"), {
      fill: (tile, key) => this.#fill(tile, items.get(key)), release, selected: () => this.#showSelection(),
    });
    this.closeUp = new CloseUp(part("closer"), {
      photo: calls.photo, page: calls.page, thumb: showThumb, release, heat, legend: ({ answer }) => legendOf(answer), alike: (item) => this.#alike(item, 60),
      next: (item) => items.get(this.gallery.neighbor(item.key, 1)),
    });
    part("download").hidden = !calls.download;
    this.#listen();
    this.resize();
  }

  /** Change an item, and what is seen of it. @param {Item} item @param {object} what */
  change(item, what) {
    if (this.items.get(item.key) !== item) return;  // the list was cleared meanwhile
    Object.assign(item, what);
    if (item.thumb instanceof Blob && !item.hash) this.#hash(item);
    this.gallery.paint(item.key);
    if (this.closeUp.open && this.closeUp.item === item) this.closeUp.show(item);
    this.#soon();
  }

  /** Show what the controls say. @param {boolean} [fromTop] whether the keyboard begins at the first photo */
  arrange(fromTop = false) {
    if (fromTop) this.gallery.current = null;
    const groups = arranged([...this.items.values()], this.wanted, this.controls.order.value);
    this.gallery.arrange(groups.map(({ title, keys }) => ({ title: title && `${title} (${number(keys.length)})`, keys })));
    this.#count();
    part("nothing").hidden = this.gallery.order.length > 0;
  }

  resize() {
    this.gallery.resize(Number(this.controls.size.value), this.controls.view.value === "list");
  }

  /** What a command is about: the selection, else the photo that the keyboard is on. @returns {Item[]} */
  chosen() {
    const keys = this.closeUp.open ? [this.closeUp.item.key] : this.gallery.selection.size ? this.gallery.selection.keys : [this.gallery.current];
    return keys.map((key) => this.items.get(key)).filter(Boolean);
  }

  /** @param {Item[]} items @param {string | null} label */
  correct(items, label) {
    const [next, many] = [this.#next(items), this.gallery.selection.size > 0];
    this.corrections.make(items, label);
    this.#goOn(next, many);
  }

  /** Hide items, and delete them for good when nobody has undone that for a minute. @param {Item[]} items */
  remove(items) {
    if (!items.length) return;
    const [next, many] = [this.#next(items), this.gallery.selection.size > 0];
    const { pending, names, leave: last } = this.calls.deletions ?? OWN;
    const listed = names(items);
    const leave = () => { pending.postpone(listed, 0); last?.(listed); };  // the next page deletes them at once
    addEventListener("pagehide", leave);
    const end = (done) => { if (done === false) return; removeEventListener("pagehide", leave); pending.settle(listed); };
    const mark = (deleted) => { if (deleted) pending.postpone(listed, AFTER); else end(); items.forEach((item) => this.change(item, { deleted })); this.calls.save?.(items); this.arrange(); };
    const words = items.length === 1 ? _("{name}: deleted", { name: shownName(items[0].name) }) : _("{count} photos: deleted", { count: number(items.length) });
    const timer = setTimeout(() => { this.steps.drop(step); this.calls.remove(items).then(end); }, AFTER);
    const step = this.steps.add(words, () => { clearTimeout(timer); mark(false); });
    mark(true);
    this.calls.say(words);
    this.#goOn(next, many);
  }

  undo() {
    const words = this.steps.undo();
    if (words === null) return;
    this.calls.say(_("Undone: {words}", { words }));
    this.arrange();
  }

  /** @param {Item} item where the keyboard goes on */
  #goOn(item, many) {
    this.gallery.selection.clear();
    if (this.closeUp.open) {
      if (item) this.closeUp.show(item);
    } else if (!many && item) this.gallery.focus(item.key);
  }

  #next(items) {
    const last = items.at(-1)?.key;
    return this.items.get(this.gallery.neighbor(last, 1));
  }

  /** Count and settle once in a while, not with each change. */
  #soon() {
    this.#planned ||= setTimeout(() => { this.#planned = 0; this.#count(); this.#settle(); }, 400);
  }

  /** Put items into the groups where they belong by now, but not under the hands of somebody who works in the gallery. */
  #settle() {
    const busy = this.closeUp.open || this.gallery.selection.size > 0 || part("gallery").contains(document.activeElement);
    if (!busy || !this.gallery.order.length) this.arrange();
  }

  #count() {
    showCounts(part("chips"), counts(this.items.values()), this.wanted);
    part("select-all-count").textContent = number(this.gallery.order.length);
  }

  #showSelection() {
    const { size } = this.gallery.selection;
    part("selected").hidden = size === 0;
    part("unselected").hidden = size > 0;
    part("selected-count").textContent = number(size);
    part("retry").hidden = !this.calls.retry || !this.chosen().some((item) => item.state === FAILED);
  }

  #fill(tile, item) {
    fill(tile, item);
    const image = tile.querySelector("img");
    if (typeof item.thumb === "string" && !item.hash) image.addEventListener("load", () => this.#hash(item, image), { once: true });
  }

  /** @param {Item} item @param {any} [picture] */
  async #hash(item, picture = item.thumb) {
    item.hash = [];
    item.hash = await hash(picture).catch(() => undefined);
  }

  #alike(item, most) {
    return nearest(item, [...this.items.values()].filter((one) => matches(one, ALL)), most).map((key) => this.items.get(key));
  }

  #open(key) {
    const item = this.items.get(key);
    if (item) this.closeUp.show(item);
  }

  #pick(group) {
    this.wanted = group;
    this.gallery.selection.clear();
    this.arrange(true);
  }

  #listen() {
    part("chips").addEventListener("click", ({ target }) => { if (target.closest("[data-group]")) this.#pick(target.closest("[data-group]").dataset.group); });
    for (const kind of ["input", "change"]) {
      part("controls").addEventListener(kind, ({ target }) => { if (target.name === "order") this.arrange(true); else this.resize(); });
    }
    listenToPointer(this.gallery, (key) => this.#open(key));
    part("gallery").addEventListener("focusout", () => this.#soon());
    document.addEventListener("keydown", (event) => this.#press(event));
    part("undo").addEventListener("click", () => this.undo());
    part("select-all").addEventListener("click", () => this.gallery.selection.add(this.gallery.order));
    part("unselect").addEventListener("click", () => this.gallery.selection.clear());
    part("select-alike").addEventListener("click", () => this.#selectAlike());
    part("delete").addEventListener("click", () => this.remove(this.chosen()));
    part("download").addEventListener("click", () => this.calls.download(this.chosen()));
    part("retry").addEventListener("click", () => { this.chosen().filter(({ state }) => state === FAILED).forEach((item) => this.calls.retry(item)); this.gallery.selection.clear(); });
    part("confirm").addEventListener("click", () => this.#confirm(this.chosen()));
    part("selected").addEventListener("click", ({ target }) => { if (target.dataset.label) this.correct(this.chosen(), target.dataset.label); });
    part("closer").addEventListener("click", ({ target }) => this.#clickInCloseUp(target.closest("button")));
    part("closer").addEventListener("close", () => { this.arrange(); this.gallery.focus(this.closeUp.item.key); });
  }

  #clickInCloseUp(button) {
    const { label, steps, show, apply } = button?.dataset ?? {};
    const { item } = this.closeUp;
    if (label) this.correct([item], item.answer.correction === label ? null : label);
    if (steps) this.#step(Number(steps));
    if (show) this.#open(keyOf({ closest: () => ({ dataset: { key: show } }) }));
    if (apply !== undefined) this.corrections.make(this.#alike(item, 60), says(item));
    if (button?.matches(".delete")) this.remove([item]);
  }

  #step(steps) {
    this.closeUp.show(this.items.get(this.gallery.neighbor(this.closeUp.item.key, steps)));
  }

  #selectAlike() {
    this.gallery.selection.add(this.chosen().flatMap((item) => this.#alike(item, 200)).map(({ key }) => key));
  }

  /** Note that the model is right. */
  #confirm(items) {
    const byVerdict = new Map();
    for (const item of items) if (item.answer && item.answer.verdict in page.labels) byVerdict.set(item.answer.verdict, [...(byVerdict.get(item.answer.verdict) ?? []), item]);
    byVerdict.forEach((group, label) => this.corrections.make(group, label));
    this.#goOn(null, true);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const elsewhere = document.querySelector("dialog[open]:not(#closer)") || part("list").hidden;
    const what = elsewhere ? null : meaning(event, Object.keys(page.labels), this.closeUp.open);
    if (!what) return;
    if (this.#act(what, event) !== false) event.preventDefault();
  }

  #act(what, event) {
    const inGallery = part("list").contains(document.activeElement) || document.activeElement === document.body;
    if (what === "undo") return this.undo();
    if (this.closeUp.open) return this.#actInCloseUp(what, event);
    if (what === "all" && inGallery) return this.gallery.selection.add(this.gallery.order);
    if (what === "none") return this.gallery.selection.clear();
    if (what.label && (inGallery || this.gallery.selection.size)) return this.correct(this.chosen(), what.label);
    if (!inGallery) return false;
    if (what === "delete") return this.remove(this.chosen());
    if (what === "alike") return this.#selectAlike();
    if (what === "toggle" && keyOf(document.activeElement) !== null) return this.gallery.selection.toggle(this.gallery.current);
    if (what === "open" && keyOf(document.activeElement) !== null) return this.#open(this.gallery.current);
    return what.move ? this.gallery.move(event) : false;
  }

  #actInCloseUp(what, event) {
    if (what.label) return this.correct([this.closeUp.item], what.label);
    if (what === "delete") return this.remove([this.closeUp.item]);
    if (what === "zoom") return this.closeUp.zoom(event);
    if (what === "heat") return this.closeUp.toggleHeat();
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity }[event.key];
    return what.move && steps ? this.#step(steps) : false;
  }
}

/** The address of an item's heat map. @param {Item} item @param {number} ratio width / height of its photo */
async function heat({ answer }, ratio) {
  if (!answer?.maps) return answer?.heatmap ?? null;
  const { heatMap } = await import("./on-device.js");
  return heatMap(answer, answer.label, ratio);
}

/** Send corrections as the visitor whose photos they are. @returns {Promise<Map<Item, string>>} those that the server did not take */
async function storeOnServer(items, label) {
  const failed = new Map();
  for (const item of items) {
    const { id } = item.answer;  // none where it was classified on this device: the server knows nothing of it
    const status = id ? (await send("PATCH", `${page.api}/${id}`, JSON.stringify({ correction: label }))).status : 200;
    if (status !== 200) failed.set(item, status === 400 ? _("its model has no such class") : _("the server no longer has this photo"));
  }
  return failed;
}
