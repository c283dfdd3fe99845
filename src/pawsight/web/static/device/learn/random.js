// Random numbers that are the same in every browser: MT19937 (Matsumoto and Nishimura 1998), and draws made of it.

export class Random {
  #state = new Uint32Array(624);
  #used = 624;

  /** @param {number} seed 0 to 2^32 - 1 */
  constructor(seed) {
    this.#state[0] = seed;
    for (let at = 1; at < 624; at += 1) this.#state[at] = Math.imul(1812433253, this.#state[at - 1] ^ (this.#state[at - 1] >>> 30)) + at;
  }

  /** 32 random bits. */
  bits() {
    if (this.#used === 624) this.#mix();
    let bits = this.#state[this.#used];
    this.#used += 1;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  /** 0 to count - 1 in the order that `numpy.random.RandomState.shuffle` puts them in. @param {number} count */
  shuffled(count) {
    const order = Array.from({ length: count }, (_, at) => at);
    for (let at = count - 1; at > 0; at -= 1) {
      const mask = 2 ** (32 - Math.clz32(at)) - 1;
      let other = this.bits() & mask;
      while (other > at) other = this.bits() & mask;
      [order[at], order[other]] = [order[other], order[at]];
    }
    return order;
  }

  /** Evenly from 0 to 1; 1 is not reached. */
  uniform() {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /** From the beta distribution; both parameters positive. @param {number} a @param {number} b */
  beta(a, b) {
    const [one, other] = [this.#gamma(a), this.#gamma(b)];
    return one / (one + other);
  }

  /** From the gamma distribution (Marsaglia and Tsang 2000). @param {number} shape */
  #gamma(shape) {
    if (shape < 1) return this.#gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = this.#normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < x * x / 2 + d * (1 - v + Math.log(v))) return d * v;
    }
  }

  /** From the normal distribution (Box and Muller 1958). */
  #normal() {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  #mix() {
    const state = this.#state;
    for (let at = 0; at < 624; at += 1) {
      const mixed = (state[at] & 0x80000000) | (state[(at + 1) % 624] & 0x7fffffff);
      state[at] = state[(at + 397) % 624] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#used = 0;
  }
}
