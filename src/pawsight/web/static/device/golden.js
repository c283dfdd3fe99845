// @ts-check
// Pictures made of a seed, whose answers the card carries. A wrong resize, a changed order of channels, swapped labels or
// a broken runtime answers them otherwise, and is refused.
import { shake256 } from "./vendor/sha3.js";

const [HEIGHT, WIDTH] = [6, 9];

/** @returns {{data: Uint8Array, width: number, height: number}} RGB */
export function goldenPicture(seed, number) {
  const data = shake256(new TextEncoder().encode(`${seed} ${number}`), { dkLen: HEIGHT * WIDTH * 3 });
  return { data, width: WIDTH, height: HEIGHT };
}
