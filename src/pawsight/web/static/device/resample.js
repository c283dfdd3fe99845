// @ts-check
// Pillow's resize, to the bit: what the model saw while it learned is what it sees here. A browser's own canvas resizes in
// another way, and scores would differ. Ported from Pillow's Resample.c and Reduce.c (HPND licence).
//
// A picture is {data: Uint8Array or Uint8ClampedArray, width, height} with three bytes a pixel.

const BITS = 22; // of the fixed-point weights
const FILTERS = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    at(x) {
      const [a, d] = [-0.5, Math.abs(x)];
      if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    },
  },
};

/** Weights of the source's pixels for each pixel of the result, along one axis. */
function weights(inSize, from, to, outSize, filter) {
  from = Math.fround(from);
  const scale = Math.fround(Math.fround(to) - from) / outSize;
  const stretch = Math.max(1, scale);
  const support = filter.support * stretch;
  return Array.from({ length: outSize }, (_, out) => {
    const centre = from + (out + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(inSize, Math.trunc(centre + support + 0.5));
    const exact = Array.from({ length: last - first }, (_, x) => filter.at((x + first - centre + 0.5) * (1 / stretch)));
    const sum = exact.reduce((total, one) => total + one, 0);
    const whole = exact.map((one) => (sum ? one / sum : one) * 2 ** BITS);
    return { first, whole: Int32Array.from(whole, (one) => Math.trunc(one < 0 ? one - 0.5 : one + 0.5)) };
  });
}

/** Mix pixels along one axis; `step` is the distance of neighbours on it, `lines` and `stride` walk across it. */
function mix(data, target, plan, step, lines, stride, outStep, outStride) {
  for (let line = 0; line < lines; line++)
    for (let out = 0; out < plan.length; out++) {
      const { first, whole } = plan[out];
      for (let channel = 0; channel < 3; channel++) {
        let [sum, place] = [1 << (BITS - 1), line * stride + first * step + channel];
        for (let x = 0; x < whole.length; x++, place += step) sum += data[place] * whole[x];
        target[line * outStride + out * outStep + channel] = Math.min(255, Math.max(0, sum >> BITS));
      }
    }
}

/** Average whole blocks of pixels in a part of a picture; at the edges, what there is of them. */
export function reduce({ data, width }, xFactor, yFactor, /** @type {number[]} */ [left, top, right, bottom]) {
  const [outWidth, outHeight] = [Math.ceil((right - left) / xFactor), Math.ceil((bottom - top) / yFactor)];
  const target = new Uint8Array(outWidth * outHeight * 3);
  for (let y = 0; y < outHeight; y++)
    for (let x = 0; x < outWidth; x++) {
      const [x0, y0] = [left + x * xFactor, top + y * yFactor];
      const [x1, y1] = [Math.min(right, x0 + xFactor), Math.min(bottom, y0 + yFactor)];
      const count = (x1 - x0) * (y1 - y0);
      const multiplier = Math.trunc(Math.fround(2 ** 32 / (256 * count)));
      for (let channel = 0; channel < 3; channel++) {
        let sum = count >> 1;
        for (let row = y0; row < y1; row++)
          for (let column = x0; column < x1; column++) sum += data[(row * width + column) * 3 + channel];
        target[(y * outWidth + x) * 3 + channel] = Math.imul(sum, multiplier) >>> 24;
      }
    }
  return { data: target, width: outWidth, height: outHeight };
}

/** Resize a part of a picture, antialiased: Pillow's `resize(size, resample, box, reducing_gap=3)`. */
export function resize(picture, outWidth, outHeight, interpolation, box) {
  const filter = FILTERS[interpolation];
  let [left, top, right, bottom] = box ?? [0, 0, picture.width, picture.height];
  const [xScale, yScale] = [(right - left) / outWidth, (bottom - top) / outHeight];
  const [xFactor, yFactor] = [Math.trunc(xScale / 3) || 1, Math.trunc(yScale / 3) || 1];
  if (xFactor > 1 || yFactor > 1) {
    const [x, y] = [(filter.support - 0.5) * xScale, (filter.support - 0.5) * yScale];
    const safe = [
      Math.max(0, Math.trunc(left - x)),
      Math.max(0, Math.trunc(top - y)),
      Math.min(picture.width, Math.ceil(right + x)),
      Math.min(picture.height, Math.ceil(bottom + y)),
    ];
    picture = reduce(picture, xFactor, yFactor, safe);
    [left, right] = [(left - safe[0]) / xFactor, (right - safe[0]) / xFactor];
    [top, bottom] = [(top - safe[1]) / yFactor, (bottom - safe[1]) / yFactor];
  }
  const { data, width, height } = picture;
  const between = new Uint8Array(outWidth * height * 3);
  mix(data, between, weights(width, left, right, outWidth, filter), 3, height, width * 3, 3, outWidth * 3);
  const result = new Uint8Array(outWidth * outHeight * 3);
  mix(between, result, weights(height, top, bottom, outHeight, filter), outWidth * 3, outWidth, 3, outWidth * 3, 3);
  return { data: result, width: outWidth, height: outHeight };
}

/** Fit a picture to the model's square, as the card's `input` says. */
export function fit(picture, { size, fit: mode, interpolation = "bicubic" }) {
  const { width, height } = picture;
  if (mode === "pad") return pad(picture, size, interpolation);
  if (mode === "squash") return resize(picture, size, size, interpolation);
  const side = Math.min(width, height);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  return resize(picture, size, size, interpolation, [left, top, left + side, top + side]);
}

function pad(picture, size, interpolation) {
  const scale = size / Math.max(picture.width, picture.height);
  const sides = [picture.width, picture.height].map((side) => Math.max(1, roundToEven(side * scale)));
  const inner = resize(picture, ...sides, interpolation);
  const [left, top] = sides.map((side) => Math.floor((size - side) / 2));
  const data = new Uint8Array(size * size * 3).fill(127);
  for (let row = 0; row < inner.height; row++)
    data.set(inner.data.subarray(row * inner.width * 3, (row + 1) * inner.width * 3), ((top + row) * size + left) * 3);
  return { data, width: size, height: size };
}

/** Python's `round`: a half goes to the even neighbour. */
function roundToEven(number) {
  const below = Math.floor(number);
  return number - below === 0.5 ? below + (below % 2) : Math.round(number);
}
