/**
 * exp and what follows from it, from + - * / and literal tables alone.
 *
 * `Math.exp` and its like differ in their last bits between browsers. These have the same bits in all of them,
 * since the language fixes the result of each operation here, and are faster.
 */

/** 2^(j/64), each correctly rounded: powers of 2^(1/64), which is kept in two parts. */
const ROOTS = new Float64Array(64);
for (let j = 0, high = 1, low = 0; j < 64; j++) {
  ROOTS[j] = high;
  const product = high * 1.0108892860517005;
  const rest = productLow(high, 1.0108892860517005) + high * -1.5234778603368577e-17 + low * 1.0108892860517005;
  high = product + rest;
  low = rest - (high - product);
}

/** 2^(k - 1100), as exact products. */
const POWERS = new Float64Array(2200);
POWERS[1100] = 1;
for (let k = 1100; k > 0; k--) POWERS[k - 1] = POWERS[k] / 2;
for (let k = 1100; k < 2199; k++) POWERS[k + 1] = POWERS[k] * 2;

/** 2^((i - ZERO) / 64), as exact products: one look instead of two. */
const ZERO = 65536;
const STEPS = new Float64Array(2 * ZERO);
for (let i = 0; i < 2 * ZERO; i++) STEPS[i] = ROOTS[i & 63] * POWERS[1100 + ((i - ZERO) >> 6)];

const PER_LN2 = 92.33248261689366; // 64 / ln 2
const LN2_HIGH = 0.01083042469326756; // ln 2 / 64, its first 32 bits
const LN2_LOW = 2.9815858269852933e-12; // the rest
const ROUND = 6755399441055744; // 1.5 * 2^52: adding it rounds to an integer

/** Return exp(x) for -708 <= x < 709. */
function scaled(x: number): number {
  const n = x * PER_LN2 + ROUND - ROUND;
  const s = STEPS[(n | 0) + ZERO];
  return s + s * fraction(x, n);
}

/** Return exp(r) - 1 for what n steps of ln 2 / 64 leave of x. */
function fraction(x: number, n: number): number {
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  return r + r * r * (0.5 + r * (0.16666666666666666 + r * (0.041666666666666664 + r * 0.008333333333333333)));
}

/** Return exp(x) to about 4e-16 of its value. */
export function exp(x: number): number {
  if (!(x > -745.2)) return x !== x ? x : 0;
  if (x > 709.79) return Infinity;
  const n = x * PER_LN2 + ROUND - ROUND;
  const p = fraction(x, n);
  const k = n & 63;
  const s = ROOTS[k];
  // Two factors where one power alone would overflow or vanish.
  const e = (n - k) / 64;
  if (e < -1020 || e > 1022) return ((s + s * p) * POWERS[1100 + (e >> 1)]) * POWERS[1100 + e - (e >> 1)];
  return (s + s * p) * POWERS[1100 + e];
}

/** Return exp(x) for x <= 0; NaN stays NaN, and below -708 it is 0. */
export function expNegative(x: number): number {
  if (!(x >= -708)) return x !== x ? x : 0;
  return scaled(x);
}

/** Return exp(x) - 1 for x <= 0, to about 1e-14 of its value. */
export function expm1Negative(x: number): number {
  const near = Math.max(x, -60);
  const n = near * PER_LN2 + ROUND - ROUND;
  const s = STEPS[(n | 0) + ZERO];
  return s - 1 + s * fraction(near, n);
}

/** Return 1 / (1 + exp(-z)); without a branch, which rows of both signs would make slow. */
export function logistic(z: number): number {
  return 1 / (1 + scaled(Math.min(700, Math.max(-700, -z))));
}

/** tanh of the places k / 128 from -20 to 20, by Lambert's continued fraction. */
const PLACES = 2560;
const TANH = new Float64Array(2 * PLACES + 1);
for (let k = 0; k <= PLACES; k++) {
  const x = k / 128;
  let f = 0;
  for (let j = 29 + 4 * (k >> 7); j > 1; j -= 2) f = (x * x) / (j + f);
  TANH[PLACES + k] = x / (1 + f);
  TANH[PLACES - k] = -TANH[PLACES + k];
}

/** Return tanh(z) to about 6e-16 of its value, from that of the nearest place and the theorem of addition. */
export function tanh(z: number): number {
  const x = z > 20 ? 20 : z < -20 ? -20 : z;
  const n = x * 128 + ROUND - ROUND;
  const h = x - n * 0.0078125;
  const q = h * h;
  const s = h * (1 + q * (q * 0.13333333333333333 - 0.3333333333333333));
  const t = TANH[(n | 0) + PLACES];
  return (t + s) / (1 + t * s);
}

/** Return log(1 + e) for e >= 0. */
export function log1p(e: number): number {
  return e > 0.41 ? log(1 + e) : logNearOne(e);
}

/** Return log(1 + f) for -0.3 < f < 0.42, as fdlibm's e_log.c. */
function logNearOne(f: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const even = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const half = 0.5 * f * f;
  return f - (half - s * (half + odd + even));
}

/** Return log(x), rounded correctly in nearly all cases, so that the draws of normal numbers are NumPy's bits. */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x === Infinity ? x : NaN;
  let k = 0;
  // Powers of 2 are exact factors.
  while (x >= 1.4142135623730951) {
    const step = x >= 4294967296 ? 32 : 1;
    x *= POWERS[1100 - step];
    k += step;
  }
  while (x < 0.7071067811865476) {
    const step = x < 2.3283064365386963e-10 ? 32 : 1;
    x *= POWERS[1100 + step];
    k -= step;
  }
  // log(1 + f) = 2 s + s R(s^2) with s = f / (2 + f); the large term 2 s is kept in two parts.
  const f = x - 1;
  const below = 2 + f;
  const s = f / below;
  const rest = (f - s * below - productLow(s, below) - s * (f - (below - 2))) / below;
  const z = s * s;
  const w = z * z;
  const odd = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const even = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const high = k * 0.6931471803691238;
  const sum = high + 2 * s;
  const lost = k === 0 ? 0 : high - sum + 2 * s;
  return sum + (lost + (2 * rest + s * (odd + even) + k * 1.9082149292705877e-10));
}

/** Return what rounding a b left out (Dekker 1971). */
function productLow(a: number, b: number): number {
  const scaledA = a * 134217729;
  const a1 = scaledA - (scaledA - a);
  const scaledB = b * 134217729;
  const b1 = scaledB - (scaledB - b);
  const a2 = a - a1;
  const b2 = b - b1;
  return a2 * b2 - (a * b - a1 * b1 - a2 * b1 - a1 * b2);
}

/** Return log(1 + exp(z)). */
export function softplus(z: number): number {
  return z > 0 ? z + log1p(expNegative(-z)) : log1p(expNegative(z));
}
