// One request, sent until somebody answers: a server that is busy, restarts or is gone for a moment costs time, but
// no photo.

const BUSY = [429, 502, 503, 504];
const LONGEST = 15;  // seconds between two tries

/**
 * @typedef {object} Reply
 * @property {number} status
 * @property {string} text
 * @property {(name: string) => string | null} header
 */

/**
 * @typedef {object} Watch
 * @property {(share: number) => void} [sent] how much of the body is on its way, 0 to 1; 1 is when the answer is waited for
 * @property {(seconds: number, reached: boolean) => void} [waiting] before the next try; `reached`: the server is there
 *   but busy
 * @property {Object<string, string>} [headers]
 * @property {number} [patience] seconds after which to give up; for ever where there is none
 */

/**
 * Send a request; try again while the server is busy or not there.
 * @param {string} method
 * @param {string} address
 * @param {XMLHttpRequestBodyInit | null} body
 * @param {Watch} [watch]
 * @returns {Promise<Reply | null>} what came at last; null where no server was reached
 */
export async function send(method, address, body, watch = {}) {
  const until = performance.now() + 1000 * (watch.patience ?? Infinity);
  for (let tries = 0; ; tries += 1) {
    const reply = await once(method, address, body, watch);
    if (reply && !BUSY.includes(reply.status)) return reply;
    const seconds = pause(reply, tries);
    if (performance.now() + 1000 * seconds > until || (!navigator.onLine && watch.patience)) return reply;
    watch.waiting?.(seconds, reply !== null);
    await wait(seconds);
  }
}

/** A key for one upload: the server knows by it what it has answered already. (`randomUUID` exists on https alone.) */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** As long as the server asks for; else longer each time, and not in step with everybody else. */
function pause(reply, tries) {
  const asked = Number.parseInt(reply?.header("Retry-After") ?? "", 10);
  const seconds = asked >= 0 ? asked : Math.min(2 ** tries, LONGEST);
  return Math.ceil(seconds * (1 + Math.random() * 0.2));
}

/** A while, cut short when the network comes back. */
function wait(seconds) {
  return new Promise((done) => {
    setTimeout(done, 1000 * seconds);
    addEventListener("online", done, { once: true });
  });
}

/** One try. XMLHttpRequest, because `fetch` does not tell how much is sent. @returns {Promise<Reply | null>} */
function once(method, address, body, watch) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    for (const [name, value] of Object.entries(watch.headers ?? {})) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => watch.sent?.(event.total ? Math.min(event.loaded / event.total, 0.99) : 0);
    request.upload.onload = () => watch.sent?.(1);
    request.onload = () => done({
      status: request.status, text: request.responseText, header: (name) => request.getResponseHeader(name),
    });
    request.onerror = () => done(null);
    request.onabort = () => done(null);
    request.send(body);
  });
}
