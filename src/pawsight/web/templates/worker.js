// Keeps one page and what it needs, and shows it where a page cannot be fetched. Nothing else is kept or changed: no
// photo, no answer, no upload ever passes through here.
"use strict";

const KEPT = {{ [
  url_for("installing.offline"),
  url_for("static", filename="theme.js"),
  url_for("bootstrap.static", filename="css/bootstrap.min.css"),
  url_for("static", filename="pawsight.css"),
  url_for("static", filename="mark.svg"),
] | tojson }};
const NAME = KEPT.join();

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") {
    event.respondWith(fetch(event.request).catch(() => caches.match(KEPT[0])));
  } else if (KEPT.includes(event.request.url.slice(self.location.origin.length))) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
  }
});
