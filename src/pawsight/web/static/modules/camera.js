// The live picture of a camera, until a photo is taken of it.

import { _ } from "./words.js";

/**
 * Open the viewfinder, and close camera and viewfinder behind.
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<File | null>} the photo; null where none was taken
 */
export async function takePhoto(dialog) {
  const [video, reason] = [dialog.querySelector("video"), dialog.querySelector(".detail")];
  const [shutter, turn] = [".shutter", ".turn"].map((name) => dialog.querySelector(name));
  const closed = new Promise((done) => { dialog.addEventListener("close", done, { once: true }); });
  let photo = null;
  let facing = "user";
  const start = () => watch(video, facing).then(async () => {
    shutter.disabled = false;
    turn.hidden = (await cameras()) < 2;
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
  reason.textContent = "";
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

async function cameras() {
  return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput").length;
}

function stop(video) {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
}

async function still(video) {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new File([await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 })], "camera.jpg", { type: "image/jpeg" });
}

function words({ name }) {
  if (name === "NotAllowedError") return _("This page may not use the camera. Allow it beside the address of the page, then open it again.");
  if (name === "NotFoundError") return _("There is no camera on this device.");
  return _("The camera does not start. Does another program use it?");
}
