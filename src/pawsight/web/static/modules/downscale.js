// Large photos are made smaller before they travel. The model looks at a few hundred pixels a side; what is left here is
// several times that. A clear answer then stays the same (a test compares them); where it is not clear, a hair's breadth
// can move it, and the photo itself is sent.

const WORTH_IT = 1.5e6;  // bytes
const LONGEST = 1600;  // pixels
const QUALITY = 0.92;
const CLEAR = 0.9;  // between this and its counterpart, a hair's breadth of evidence moves a probability most

/**
 * A smaller copy of a photo; the photo itself where it is small already, or where only the server can judge it.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
export async function shrink(file) {
  if (file.size < WORTH_IT || !(await isPlain(file))) return file;
  try {
    const copy = await encode(await fitted(file));
    return copy.size < file.size ? copy : file;
  } catch {
    return file;  // broken, or more than this device can hold: the server says what is wrong
  }
}

/** Whether the answer to a smaller copy stands for the photo. @param {number[]} scores */
export function isClear(scores) {
  return scores.every((score) => Math.max(score, 1 - score) >= CLEAR);
}

/** A JPEG in ordinary colours that is whole, a PNG, or a WebP. */
async function isPlain(file) {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const starts = (...bytes) => bytes.every((byte, place) => head[place] === byte);
  if (starts(0xff, 0xd8, 0xff)) return isWholeInColour(new Uint8Array(await file.arrayBuffer()));
  return starts(0x89, 0x50, 0x4e, 0x47) || (starts(0x52, 0x49, 0x46, 0x46) && head[8] === 0x57 && head[9] === 0x45);
}

/** Whether a JPEG has its end, which browsers do not ask for, and no four inks, which they mix in another way. */
function isWholeInColour(bytes) {
  const end = bytes.findLastIndex((byte, place) => byte === 0xd9 && bytes[place - 1] === 0xff);
  return end > bytes.length * 0.9 && components(bytes) !== 4;
}

/** The number of a JPEG's colour components, from its frame header (ITU T.81, B.2.2). */
function components(bytes) {
  for (let place = 2; place < bytes.length - 9;) {
    const marker = bytes[place + 1];
    if (bytes[place] !== 0xff) return 0;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return bytes[place + 9];
    place += 2 + bytes[place + 2] * 256 + bytes[place + 3];
  }
  return 0;
}

/** The photo upright, no side longer than `LONGEST`; its colours as stored, because the server reads them so too. */
async function fitted(file) {
  const whole = await createImageBitmap(file, { colorSpaceConversion: "none" });
  const scale = Math.min(1, LONGEST / Math.max(whole.width, whole.height));
  const [resizeWidth, resizeHeight] = [whole.width, whole.height].map((side) => Math.max(1, Math.round(side * scale)));
  const small = await createImageBitmap(whole, { resizeWidth, resizeHeight, resizeQuality: "high" });
  whole.close();
  return small;
}

async function encode(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";  // behind what is transparent, as on the server
  context.fillRect(0, 0, bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
