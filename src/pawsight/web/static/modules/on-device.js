// Classifying on this device: the model runs in this browser, and no photo leaves it.

import { control, NoModel } from "./device-switch.js";
import { _, number } from "./i18n.js";
import { LIBRARY } from "./zip.js";

const CACHE = "pawsight-device";  // the service worker looks for this name
const NEEDED = /\/(static|modules|models)\//;

let loading = null;
let photos = 0;
let milliseconds = 0;
let queue = Promise.resolve();
let words = "";
let kept = false;  // all that classifying takes is in the cache

/** The model, fetched and checked against its golden pictures the first time. */
export function model() {
  loading ??= load();
  loading.catch((error) => {
    loading = null;
    tell(error.message);
  });
  return loading;
}

async function load() {
  tell(_("Loading the model …"));
  if (!globalThis.WebAssembly || !globalThis.OffscreenCanvas || !globalThis.DecompressionStream) {
    throw new NoModel(_("This browser is too old to run the model."));
  }
  try {
    const at = (address) => new URL(address, document.baseURI).href;
    const { Model } = await import(at(control.dataset.runtime));
    const loaded = await Model.load(at(control.dataset.model));
    tell(_("The model is ready."));
    keepForLater().then(() => {
      kept = true;
      tell();
    }, () => {});
    return loaded;
  } catch (error) {
    throw new NoModel(_("The model does not load: {reason}", { reason: error.message }));
  }
}

/**
 * Classify a photo here.
 * @param {Blob} photo
 * @returns {Promise<any>} an answer as the API gives it, without an id, and with maps in place of a heat map
 * @throws {Error} with words for people
 */
export function classifyHere(photo) {
  const turn = queue.then(() => predict(photo));  // one after the other: they share a processor
  queue = turn.then(() => {}, () => {});
  return turn;
}

async function predict(photo) {
  const loaded = await model();
  const started = performance.now();
  const said = await loaded.predict(photo).catch((error) => { throw new Error(inWords(error)); });
  delete said.features;  // nobody needs them here
  photos += 1;
  milliseconds += performance.now() - started;
  tell(_("{count} photos per second on this device.", { count: number(Math.round((10000 * photos) / milliseconds) / 10) }));
  return { id: null, ...said, correction: null };
}

/** Why a photo was not classified; the classes of `device/photo.js` are known by their names, for it is loaded later. */
function inWords({ name, message }) {
  if (name === "TooLargeError") return _("This photo is too large for this browser.");
  if (name === "UndecodableError") return _("This browser cannot decode the file.");
  return _("The model failed on this photo: {reason}", { reason: message });
}

/**
 * The address of a heat map: where the model looked for one class.
 * @param {{ maps?: any }} answer of `classifyHere`
 * @param {string} name of the class
 * @param {number} ratio width / height of the photo
 * @returns {Promise<string>}
 */
export async function heatMap({ maps }, name, ratio) {
  const { drawHeat } = await import(new URL(control.dataset.heat, document.baseURI).href).catch((error) => {
    throw new NoModel(_("The model does not load: {reason}", { reason: error.message }));
  });
  return URL.createObjectURL(await drawHeat(maps, maps.classes.indexOf(name), ratio));
}

/** Say something next to the switch, or the last words once more. @param {string} [latest] */
function tell(latest = words) {
  words = latest;
  document.getElementById("device-says").textContent = kept ? `${words} ${_("It works without a network now.")}` : words;
}

/** Let the service worker have this page and all that it has loaded; fails where something that classifying needs could not be kept. */
async function keepForLater() {
  if (!await navigator.serviceWorker?.getRegistration()) throw new Error("There is no service worker that reads the cache.");
  await import("./download.js").catch(() => {});  // for ZIPs, which may come when the network is gone
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const own = [...new Set([location.href, ...loaded])].filter((address) => address.startsWith(location.origin) && !address.includes("/api/"));
  const cache = await caches.open(CACHE);
  cache.add(LIBRARY).catch(() => {});
  await Promise.all(own.map((address) => cache.add(address).catch((error) => {
    if (NEEDED.test(address) || address === location.href) throw error;  // what else was loaded, such as a heat map, may be gone
  })));
}

control?.addEventListener("change", () => {
  if (control.checked) model().catch(() => {});
});
