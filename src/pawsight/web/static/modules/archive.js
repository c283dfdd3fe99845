// The archive of all visitors' photos, for the operator, in the gallery. What is corrected, deleted or downloaded goes to
// the server many at a time, with the token of the login.

import { itemOf, listed } from "./listed-photos.js";
import { Pending } from "./pending.js";
import { Review } from "./review.js";
import { send } from "./sending.js";
import { showToast } from "./toast.js";
import { _, number } from "./i18n.js";

/** @typedef {import("./item.js").Item} Item */

const AT_ONCE = 1000;  // photos in one request
const MOST = 5000;  // photos that are listed before somebody asks for more
const SORTS = { oldest: "oldest", unsure: "least sure", sure: "most sure" };

const part = (id) => document.getElementById(id);
const { url, correct, remove, download, show, csrf } = part("list").dataset;

/** @type {Map<string, Item>} */
const items = new Map();
const pending = new Pending("pawsight-archive-deletions");
const deleted = new Set();  // deleted since this page began; a list that was made before that may still hold them
const review = new Review(items, {
  photo: async (item) => String(item.thumb ?? ""),
  remove: deleteForGood,
  deletions: { pending, names: (some) => some.map(({ key }) => key), leave: deleteAndLeave },
  store,
  download: (some) => save(some.map(({ key }) => key)),
  page: ({ key }) => `${show}${key}`,
  say: showToast,
});
let room = MOST;
let onPage = 1;  // photos that the server lists at once
let loads = 0;  // a new one ends those before

/** @param {string[]} ids @param {Object<string, string>} more */
function form(ids, more = {}) {
  return new URLSearchParams([["csrf", csrf], ...Object.entries(more), ...ids.map((id) => ["id", id])]);
}

/** Send ids, many at a time. @param {string} address @returns {Promise<any[] | null>} the answers; null without a login or server */
async function post(address, ids, more = {}) {
  const answers = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const reply = await send("POST", address, form(ids.slice(at, at + AT_ONCE), more), { patience: 60, headers: { Accept: "application/json" } });
    if (reply?.status !== 200 || !reply.header("Content-Type")?.startsWith("application/json")) return null;
    answers.push(JSON.parse(reply.text));
  }
  return answers;
}

/** Tell the server what photos show. @param {Item[]} some @param {string | null} label @returns {Promise<Map<Item, string>>} */
async function store(some, label) {
  const answers = await post(correct, some.map(({ key }) => key), { correction: label ?? "" });
  if (!answers) return new Map(some.map((item) => [item, _("the login has ended, or the server is away")]));
  const failed = Object.assign({}, ...answers.map((answer) => answer.failed));
  const reason = (code) => (code === "unknown_class" ? _("its model has no such class") : _("the server no longer has this photo"));
  return new Map(some.filter(({ key }) => key in failed).map((item) => [item, reason(failed[item.key])]));
}

/** @param {Item[]} gone @returns {Promise<boolean>} false where it is left to the next page */
async function deleteForGood(gone) {
  const ids = gone.map(({ key }) => key);
  if (!await post(remove, ids)) return false;
  ids.forEach((id) => { deleted.add(id); items.delete(id); });
  if (!items.size) location.reload();
  else if (!part("rest").hidden) load();
  return true;
}

/** Delete at once, because the page is left; what does not get through is written down. @param {string[]} ids */
function deleteAndLeave(ids) {
  fetch(remove, { method: "POST", body: form(ids.slice(0, AT_ONCE)), keepalive: true }).catch(() => {});
}

/** Delete what was deleted on a page that was left before that was final. */
function finish() {
  for (const due of new Set(pending.entries.map(([, time]) => time))) {
    setTimeout(async () => {
      const ids = pending.entries.filter(([, time]) => time === due).map(([id]) => id);  // those that nobody has undone
      if (!await post(remove, ids)) return;
      ids.forEach((id) => deleted.add(id));
      pending.settle(ids);
    }, Math.max(0, due - Date.now()));
  }
}

/** @param {string[]} ids */
function save(ids) {
  const sent = Object.assign(document.createElement("form"), { method: "post", action: download, hidden: true });
  for (const [name, value] of form(ids)) sent.append(Object.assign(document.createElement("input"), { name, value }));
  document.body.append(sent);
  sent.submit();
  sent.remove();
}

/** List as many photos as there is room for. */
async function load() {
  const own = loads += 1;
  const address = new URL(url, location.href);
  address.searchParams.set("sort", SORTS[review.controls.order.value] ?? "newest");
  try {
    for (let [number, pages] = [Math.floor(items.size / onPage) + 1, Infinity]; number <= pages && items.size < room; number += 1) {
      const found = await listed(address.href, number);
      if (own !== loads) return;
      pages = found.pages;
      onPage = Math.max(onPage, found.photos.length);
      for (const photo of found.photos) if (![items, pending, deleted].some((known) => known.has(photo.id))) items.set(photo.id, itemOf(photo));
      tell(found.total);
      review.arrange();
    }
  } catch {
    showToast(_("Not listed: {reason}.", { reason: _("the login has ended, or the server is away") }));
  }
}

/** Say how many there are that are not listed. @param {number} total */
function tell(total) {
  const leaving = pending.entries.filter(([id]) => !items.has(id)).length;
  part("rest").hidden = items.size + leaving >= total;
  part("how-many").textContent = _("{shown} of {total} photos are listed.", { shown: number(items.size), total: number(total) });
}

part("more").addEventListener("click", () => { room += MOST; load(); });
part("controls").addEventListener("change", ({ target }) => {
  if (target.name !== "order" || part("rest").hidden) return;  // all are here: the gallery sorts them
  for (const [id, item] of items) if (!item.deleted) items.delete(id);
  room = MOST;
  load();
});
part("list").hidden = false;
/** @type {HTMLElement} */ (document.querySelector(".filter [name=sort]")).closest("label").hidden = true;  // the gallery sorts
finish();
load();
