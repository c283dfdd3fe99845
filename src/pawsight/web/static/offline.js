// Where the browser allows it (https, or this very machine), a page stands in while the server cannot be reached.
"use strict";

navigator.serviceWorker?.register(document.currentScript.dataset.worker).catch(() => {});

// A photo that was deleted on a page that was left before the time to undo it was over: the request that a page sends as it
// goes can be lost, so the next page sends it again. `modules/pending.js` writes these down.
const PENDING = "pawsight-deletions";
const pending = () => JSON.parse(localStorage.getItem(PENDING) ?? "{}");
for (const [url, due] of Object.entries(pending())) {
  setTimeout(async () => {
    if (!(url in pending())) return;  // undone, or done by the page that it was deleted on
    const { status } = await fetch(url, { method: "DELETE" }).catch(() => ({ status: 0 }));
    const rest = Object.fromEntries(Object.entries(pending()).filter(([other]) => other !== url));
    if ([204, 403, 404].includes(status)) localStorage.setItem(PENDING, JSON.stringify(rest));
  }, Math.max(0, due - Date.now()));
}
