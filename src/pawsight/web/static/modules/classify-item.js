// Classifying one item: its photo is read from where it is, made smaller and sent; the item gets what came back.

import { NO_MODEL, page, UNREADABLE } from "./item.js";
import { send } from "./sending.js";
import { isClear, shrink } from "./downscale.js";
import { isOn, NoModel } from "./device-switch.js";
import { classifyHere } from "./on-device.js";

const THUMB = 320;  // pixels

/** The photo itself. @param {import("./item.js").Item} item @param {Blob} file or the ZIP that it is in @returns {Promise<Blob>} */
export async function photoOf(item, file) {
  if (!item.entry) return file;
  const { unpack } = await import("./zip.js");
  return unpack(file, item.entry);
}

/**
 * Classify one item; never fails, but writes into the item what went wrong.
 * @param {import("./item.js").Item} item
 * @param {() => Promise<Blob>} getFile what holds its photo
 * @param {(change: object) => void} update called with each change of the item
 */
export async function classify(item, getFile, update) {
  update({ state: "sending", share: 0, error: null });
  try {
    const photo = await photoOf(item, await getFile());
    update({ size: photo.size });
    const small = isOn() ? photo : await shrink(photo);
    const thumb = await thumbnail(photo);
    update({ thumb, state: isOn() ? "looking" : "sending" });
    if (isOn()) return void update({ state: "done", answer: await classifyHere(photo) });
    const outcome = small.size > page.maxBytes ? failed({ code: "payload_too_large", size: small.size })
      : await answerForOneOf(small, photo, item.upload, update);
    const unseen = outcome.answer && !thumb;  // such as a HEIC, which most browsers cannot draw: the server can
    update(unseen ? { ...outcome, thumb: outcome.answer.photo } : outcome);
  } catch (error) {
    update(failed({ code: error instanceof NoModel ? NO_MODEL : UNREADABLE, detail: error.message }));
  }
}

/** The answer for the smaller copy where it is clear, else for the photo. */
async function answerForOneOf(small, photo, key, update) {
  const first = await answerFor(small, key, update);
  const stands = small === photo || photo.size > page.maxBytes || !first.answer;
  if (stands || isClear(Object.values(first.answer.scores))) return first;
  await send("DELETE", `${page.api}/${first.answer.id}`, null);
  return answerFor(photo, key, update);
}

async function answerFor(photo, key, update) {
  const body = new FormData();
  body.append(page.field, photo, "photo");  // names stay here
  body.append("model", document.getElementById("model")?.value ?? "");
  body.append("key", key);
  const reply = await send("POST", page.api, body, {
    sent: (share) => update(share < 1 ? { state: "sending", share } : { state: "looking" }),
    waiting: (seconds, reached) => update({ state: "retrying", seconds, reached }),
  });
  const said = read(reply.text);
  return reply.status === 201 ? { state: "done", answer: said.predictions[0] } : failed({ code: said.code ?? "internal_error", detail: said.detail });
}

/** JSON, or nothing where something on the way answered in its place. */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function failed(error) {
  return { state: "failed", error };
}

/** A small picture for the list; null where the browser cannot read the photo. @param {Blob} photo */
async function thumbnail(photo) {
  try {
    const whole = await createImageBitmap(photo);
    const scale = Math.min(1, THUMB / Math.max(whole.width, whole.height));
    const canvas = new OffscreenCanvas(Math.ceil(whole.width * scale), Math.ceil(whole.height * scale));
    canvas.getContext("2d").drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  } catch {
    return null;
  }
}
