// The camera of the page for own classes: frames for a class while a button is held, and for a live prediction.

const EVERY = 150;  // milliseconds between two frames
const FRAME = 480;  // pixels of their longer side

const video = /** @type {HTMLVideoElement} */ (document.getElementById("camera"));

/** Start the camera. @returns {Promise<void>} fails where there is none, or the page may not use it */
export async function startCamera() {
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  await video.play();
  video.hidden = false;
}

export function stopCamera() {
  const stream = /** @type {MediaStream | null} */ (video.srcObject);
  stream?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  video.hidden = true;
}

/** A frame; null where the camera does not run. @returns {Promise<File | null>} */
export async function takeFrame() {
  await new Promise((done) => { setTimeout(done, EVERY); });
  if (!video.videoWidth) return null;
  const scale = Math.min(1, FRAME / Math.max(video.videoWidth, video.videoHeight));
  const canvas = new OffscreenCanvas(Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale));
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new File([await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 })], "camera.jpg", { type: "image/jpeg" });
}

/** Pass on frames as long as the camera runs. @param {(frame: File) => Promise<void>} look */
export async function watch(look) {
  while (video.srcObject) {
    const frame = await takeFrame();
    if (frame) await look(frame).catch(() => {});
  }
}
