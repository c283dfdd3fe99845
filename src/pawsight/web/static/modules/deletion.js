// Deleting with ten seconds to undo: a bar takes the place of the card, and the server is asked to delete when the time is over, or
// when the page is left.

import { ownPhotos } from "./pending.js";
import { _ } from "./i18n.js";

const SECONDS = 10;

/**
 * Hide a card, and delete what it stands for unless somebody undoes it.
 * @param {HTMLElement} card
 * @param {string[]} urls to be deleted
 * @param {{ say: (words: string) => void, deleted: (leaving: boolean) => void, failed: (status: number) => void }} calls `failed` gets
 *   the status of the response, 0 where there is none
 */
export function deleteWithUndo(card, urls, { say, deleted, failed }) {
  const bar = document.createElement("div");
  bar.className = "undo-bar";
  const undo = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link", textContent: _("Undo") });
  bar.append(_("Photo deleted."), undo);
  card.hidden = true;
  card.style.display = "none";
  card.before(bar);
  undo.focus();
  say(_("Photo deleted. You can undo this for {seconds} seconds.", { seconds: SECONDS }));

  const end = () => {
    clearTimeout(timer);
    removeEventListener("pagehide", leave);
    bar.remove();
  };
  const back = () => {
    end();
    ownPhotos.settle(urls);
    card.hidden = false;
    card.style.removeProperty("display");
  };
  const leave = () => {
    end();
    card.remove();
    deleted(true);
    ownPhotos.postpone(urls, 0);
    for (const url of urls) fetch(url, { method: "DELETE", keepalive: true }).catch(() => {});
  };
  const now = async () => {
    end();
    const status = await deleteAll(urls);
    if (status === 204) {
      ownPhotos.settle(urls);
      card.remove();
      deleted(false);
    } else {
      back();
      failed(status);
    }
  };
  ownPhotos.postpone(urls, 1000 * SECONDS);
  const timer = setTimeout(now, 1000 * SECONDS);
  addEventListener("pagehide", leave);
  undo.addEventListener("click", () => {
    back();
    card.querySelector(".delete-now")?.focus();
    say(_("Undone"));
  });
}

/** @returns {Promise<number>} 204, or the first status that is neither 204 nor 404 (gone already) */
async function deleteAll(urls) {
  for (const url of urls) {
    const { status } = await fetch(url, { method: "DELETE", keepalive: true }).catch(() => ({ status: 0 }));
    if (![204, 404].includes(status)) return status;
  }
  return 204;
}
