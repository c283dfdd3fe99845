// Caches one page and the files that it needs, and shows it when a page cannot be fetched. Nothing else is cached or
// changed: photos, predictions and uploads never pass through here.
"use strict";

const KEPT = {{ [
  url_for("installing.offline"),
  url_for("static", filename="theme.js"),
  url_for("bootstrap.static", filename="css/bootstrap.min.css"),
  url_for("static", filename="tokens.css"),
  url_for("static", filename="pawsight.css"),
  url_for("static", filename="mark.svg"),
] | tojson }}.map((address) => new URL(address, self.location).href);
const NAME = "pawsight-" + {{ version | tojson }}; // changes with the page and with every file above
const DEVICE = "pawsight-device"; // what a page has put there for classifying without a network

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("pawsight-") && ![NAME, DEVICE].includes(name)).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") {
    event.respondWith(fetch(event.request).catch(async () => await kept(event.request) ?? caches.match(KEPT[0])));
  } else if (KEPT.includes(event.request.url)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
  } else if (event.request.method === "GET" && !event.request.url.includes("/api/")) {
    event.respondWith(fetch(event.request).catch(async (error) => await kept(event.request) ?? Promise.reject(error)));
  }
});

/** What a page has kept of itself; its query, such as a language, does not matter. */
async function kept(request) {
  const cache = await caches.open(DEVICE);
  return await cache.match(request, { ignoreVary: true }) ?? cache.match(request, { ignoreVary: true, ignoreSearch: true });
}
