// Shares with their 95 % intervals (Wilson 1927): `pawsight.estimates`.

const Z = 1.959963984540054;

/** @typedef {{ value: number | null, n: number, low: number | null, high: number | null }} Estimate */

/** @param {number} hits @param {number} n @returns {Estimate} */
export function share(hits, n) {
  if (!n) return { value: null, n: 0, low: null, high: null };
  const [middle, spread] = [hits + Z ** 2 / 2, Z * Math.sqrt((hits * (n - hits)) / n + Z ** 2 / 4)];
  const low = hits === 0 ? 0 : (middle - spread) / (n + Z ** 2);
  return { value: hits / n, n, low, high: hits === n ? 1 : (middle + spread) / (n + Z ** 2) };
}
