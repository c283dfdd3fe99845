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

/** @param {number[]} values @param {number} at 0 to 1 */
export function quantile(values, at) {
  const order = values.toSorted((a, b) => a - b);
  const place = at * (order.length - 1);
  const below = Math.floor(place);
  return order[below] + (place - below) * ((order[below + 1] ?? order[below]) - order[below]);
}
