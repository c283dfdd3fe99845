// A visitor's own photos, in the gallery. The server lists them a page at a time; names are known to this browser alone.

import * as db from "./db.js";
import { page } from "./item.js";
import { itemOf, listed } from "./listed-photos.js";
import { ownPhotos } from "./pending.js";
import { Review } from "./review.js";
import { send } from "./sending.js";
import { showToast } from "./toast.js";

/** @typedef {import("./item.js").Item} Item */

const part = (id) => document.getElementById(id);

/** @type {Map<string, Item>} */
const items = new Map();
const review = new Review(items, { photo: async ({ thumb }) => String(thumb), remove: deleteForGood, say: showToast });

/** @param {Item[]} gone */
async function deleteForGood(gone) {
  for (const { key } of gone) {
    items.delete(key);
    await send("DELETE", `${page.api}/${key}`, null, { patience: 60 });
  }
  if (!items.size) location.reload();  // the server knows what comes next
}

async function load() {
  const kept = await db.kept().catch(() => []);
  const names = new Map(kept.map((/** @type {any} */ { name, answer }) => /** @type {[any, any]} */ ([answer?.id, name])));
  for (let number = 1, pages = 1; number <= pages; number += 1) {
    const found = await listed(part("list").dataset.url, number);
    pages = found.pages;
    for (const photo of found.photos) if (!ownPhotos.has(`${page.api}/${photo.id}`)) items.set(photo.id, itemOf(photo, names.get(photo.id)));
    review.arrange();
  }
}

part("list").hidden = false;
load();
