/** MT19937 with the draws of NumPy's `RandomState`. */

import { log } from "./functions";

const N = 624;
const M = 397;

/** Everything that a generator remembers. */
export interface RandomMemory {
  readonly key: Uint32Array;
  readonly place: number;
  readonly gauss: number | null;
}

export class RandomState {
  private readonly key = new Uint32Array(N);
  private place = N;
  private spare: number | null = null;

  constructor(seed: number) {
    let value = seed >>> 0;
    for (let i = 0; i < N; i++) {
      this.key[i] = value;
      value = (Math.imul(1812433253, value ^ (value >>> 30)) + i + 1) >>> 0;
    }
  }

  save(): RandomMemory {
    return { key: this.key.slice(), place: this.place, gauss: this.spare };
  }

  load(memory: RandomMemory): void {
    this.key.set(memory.key);
    this.place = memory.place;
    this.spare = memory.gauss;
  }

  uint32(): number {
    if (this.place === N) this.refill();
    let y = this.key[this.place++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** A number in [0, 1) with 53 random bits. */
  random(): number {
    const a = this.uint32() >>> 5;
    const b = this.uint32() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** A standard normal number, by the polar method of NumPy's legacy generator. */
  normal(): number {
    if (this.spare !== null) {
      const spare = this.spare;
      this.spare = null;
      return spare;
    }
    let x1: number, x2: number, r2: number;
    do {
      x1 = 2 * this.random() - 1;
      x2 = 2 * this.random() - 1;
      r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1 || r2 === 0);
    const f = Math.sqrt((-2 * log(r2)) / r2);
    this.spare = f * x1;
    return f * x2;
  }

  /** An integer in [0, max], by rejection. */
  interval(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    let value: number;
    do value = (this.uint32() & mask) >>> 0;
    while (value > max);
    return value;
  }

  shuffle(values: Int32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.interval(i);
      const value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }

  permutation(n: number): Int32Array {
    const values = Int32Array.from({ length: n }, (_, i) => i);
    this.shuffle(values);
    return values;
  }

  private refill(): void {
    const key = this.key;
    for (let i = 0; i < N; i++) {
      const y = (key[i] & 0x80000000) | (key[(i + 1) % N] & 0x7fffffff);
      key[i] = key[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.place = 0;
  }
}

/** Return a 32-bit integer whose every bit depends on every bit of `x`: "lowbias32" (Wellons 2018). */
export function mix32(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Return the key of one unit's dropout mask in one step, as the Python engine's `uniform_hash`. */
export function uniformHash(seed: number, step: number, layer: number, unit: number): number {
  let key = mix32(seed ^ 0x9e3779b9);
  key = mix32(key ^ step);
  return mix32(key ^ ((Math.imul(layer, 0x85ebca6b) + unit) | 0));
}
