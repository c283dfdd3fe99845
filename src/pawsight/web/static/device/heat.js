// @ts-check
// Where the model looked, as a picture to lay over the photo: the colors and the place of `pawsight.explain`.

const STOPS = [[11, 7, 36], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]];
const LONGEST = 640;  // pixels of the picture's longer side
const OPACITY = 0.55;  // of the hottest place

/**
 * Draw the heat map of one class, transparent where nothing speaks for it.
 * @param {import("./model.js").Maps} maps
 * @param {number} place of the class
 * @param {number} ratio width / height of the photo
 * @returns {Promise<Blob>} PNG in the shape of the photo
 */
export function drawHeat(maps, place, ratio) {
  const [width, height] = [Math.min(1, ratio), Math.min(1, 1 / ratio)].map((side) => Math.max(1, Math.round(LONGEST * side)));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(small(maps, place), ...box(width, height, maps.fit));
  const picture = context.getImageData(0, 0, width, height);
  for (let at = 0; at < picture.data.length; at += 4) {
    const heat = (picture.data[at] * picture.data[at + 3]) / 255 ** 2;
    picture.data.set([...color(heat), 255 * OPACITY * heat], at);
  }
  context.putImageData(picture, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

function evidence({ evidence: all, rows, columns }, place) {
  const classes = all.length / (rows * columns);
  return all.filter((_, at) => at % classes === place);
}

/** The map as gray pixels, one a place. */
function small(maps, place) {
  const found = evidence(maps, place).map((one) => Math.max(0, one));
  const top = Math.max(...found) || 1;
  const canvas = new OffscreenCanvas(maps.columns, maps.rows);
  const pixels = found.flatMap((one) => [(255 * one) / top, 0, 0, 255]);
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels), maps.columns, maps.rows), 0, 0);
  return canvas;
}

/** The part of a photo that the model saw: left, top, width, height. @returns {[number, number, number, number]} */
function box(width, height, fit) {
  if (fit === "squash") return [0, 0, width, height];
  const side = fit === "crop" ? Math.min(width, height) : Math.max(width, height);
  return [(width - side) / 2, (height - side) / 2, side, side];
}

function color(heat) {
  const at = Math.min(heat, 1) * (STOPS.length - 1);
  const below = Math.min(Math.floor(at), STOPS.length - 2);
  return STOPS[below].map((one, channel) => one + (at - below) * (STOPS[below + 1][channel] - one));
}
