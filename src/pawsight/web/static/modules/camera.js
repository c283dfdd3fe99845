// The live picture of a camera with what the model says about it, until a photo is taken.

import { _, percent } from "./i18n.js";

const EVERY = 500;  // milliseconds between two frames that are classified
const FRAME = 320;  // pixels of their longer side
const API = document.getElementById("viewfinder").dataset.api;

/**
 * Open the viewfinder; camera and viewfinder are closed when this is done.
 * @param {HTMLDialogElement} dialog
 * @param {(frame: Blob) => Promise<{ verdict: string, scores: Object<string, number> }>} predict
 * @returns {Promise<File | null>} the photo; null where none was taken
 */
export async function takePhoto(dialog, predict) {
  const [video, reason] = [dialog.querySelector("video"), dialog.querySelector(".detail")];
  const [shutter, turn] = [".shutter", ".turn"].map((name) => dialog.querySelector(name));
  const closed = new Promise((done) => { dialog.addEventListener("close", done, { once: true }); });
  let photo = null;
  let facing = "user";
  let watching = null;
  const start = () => watch(video, facing).then(async () => {
    shutter.disabled = false;
    turn.hidden = (await cameras()) < 2;
    if (!watching) watching = predictLive(video, dialog.querySelector("output"), predict);
  }, (error) => { reason.textContent = words(error); });
  shutter.disabled = true;
  shutter.onclick = async () => {
    photo = await still(video);
    dialog.close();
  };
  turn.onclick = () => {
    facing = facing === "user" ? "environment" : "user";
    stop(video);
    start();
  };
  reason.textContent = dialog.querySelector("output").textContent = "";
  dialog.showModal();
  start().then(() => { if (!dialog.open) stop(video); });
  await closed;
  stop(video);
  return photo;
}

async function watch(video, facingMode) {
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode, width: { ideal: 1280 } } });
  await video.play();
}

/**
 * Say below the picture what it shows, until the camera stops.
 * @param {HTMLVideoElement} video
 * @param {HTMLOutputElement} output
 * @param {(frame: Blob) => Promise<{ verdict: string, scores: Object<string, number> }>} predict
 */
async function predictLive(video, output, predict) {
  while (video.srcObject) {
    const started = performance.now();
    if (video.videoWidth) output.textContent = await still(video, FRAME).then(predict).then(inWords).catch(() => "");
    await new Promise((done) => { setTimeout(done, Math.max(50, EVERY - (performance.now() - started))); });
  }
}

function inWords({ verdict, scores }) {
  const names = JSON.parse(document.getElementById("viewfinder").dataset.names);
  return scores[verdict] === undefined ? names[verdict] : `${names[verdict]} · ${percent(scores[verdict])}`;
}

/** What the server says about a frame; it deletes the frame at once. @param {Blob} frame @param {string} model */
export async function predictOnServer(frame, model) {
  const body = new FormData();
  body.append("image", frame);
  body.append("model", model);
  const { predictions } = await (await fetch(API, { method: "POST", body })).json();
  fetch(`${API}/${predictions[0].id}`, { method: "DELETE" });
  return predictions[0];
}

async function cameras() {
  return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput").length;
}

function stop(video) {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
}

/** @param {HTMLVideoElement} video @param {number} [longest] pixels of the longer side at most */
async function still(video, longest = Infinity) {
  const { videoWidth: width, videoHeight: height } = video;
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new File([await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 })], "camera.jpg", { type: "image/jpeg" });
}

function words({ name }) {
  if (name === "NotAllowedError") return _("This page may not use the camera. Allow it next to the address of the page, then open it again.");
  if (name === "NotFoundError") return _("There is no camera on this device.");
  return _("The camera does not start. Does another program use it?");
}
