/** The functions of the hidden units: values and derivatives over a stretch of an array. */

import { exp, expm1Negative, expNegative, logistic, softplus, tanh } from "./functions";
import type { ActivationName } from "./types";

const LEAKY_SLOPE = 0.01;
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;
const SQRT_HALF = 0.7071067811865476;
const DENSITY_AT_0 = 0.3989422804014327; // 1 / sqrt(2 pi)


/** Whether the derivative needs the sum z, not only the output. */
export function needsSums(name: ActivationName): boolean {
  return name === "gelu" || name === "silu" || name === "mish";
}

/** (nIn + nOut) times the square of the bound of the initialiser `glorot`. */
export function glorotFactor(name: ActivationName): number {
  return name === "logistic" ? 2 : 6;
}

type Value = (z: number) => number;
/** The derivative at a sum z whose output is a. */
type Slope = (z: number, a: number) => number;

/** Those that are rarer share their loops; the others have loops of their own below, as a call for each value is slower. */
const RARER: Readonly<Partial<Record<ActivationName, readonly [Value, Slope]>>> = {
  leaky_relu: [(z) => (z > 0 ? z : LEAKY_SLOPE * z), (_, a) => (a > 0 ? 1 : LEAKY_SLOPE)],
  elu: [(z) => (z > 0 ? z : expm1Negative(z)), (_, a) => (a > 0 ? 1 : a + 1)],
  selu: [
    (z) => (z > 0 ? SELU_SCALE * z : SELU_SCALE * SELU_ALPHA * expm1Negative(z)),
    (_, a) => (a > 0 ? SELU_SCALE : a + SELU_SCALE * SELU_ALPHA),
  ],
  gelu: [(z) => z * normalCdf(z), (z) => normalCdf(z) + z * expNegative((-z * z) / 2) * DENSITY_AT_0],
  silu: [
    (z) => z * logistic(z),
    (z, a) => {
      const s = logistic(z);
      return s + a * (1 - s);
    },
  ],
  softplus: [softplus, (_, a) => -expm1Negative(-a)],
  mish: [
    (z) => z * tanhOfSoftplus(z),
    (z) => {
      const t = tanhOfSoftplus(z);
      return t + z * (1 - t * t) * logistic(z);
    },
  ],
};

export const ACTIVATION_NAMES = ["identity", "logistic", "tanh", "relu", ...Object.keys(RARER)] as ActivationName[];

/** Set a[i] = g(z[i]) for from <= i < to; `a` and `z` may be one array. */
export function activate(name: ActivationName, z: Float64Array, a: Float64Array, from: number, to: number): void {
  if (name === "identity") {
    if (a !== z) for (let i = from; i < to; i++) a[i] = z[i];
  } else if (name === "logistic") for (let i = from; i < to; i++) a[i] = logistic(z[i]);
  else if (name === "tanh") for (let i = from; i < to; i++) a[i] = tanh(z[i]);
  else if (name === "relu") for (let i = from; i < to; i++) a[i] = z[i] > 0 ? z[i] : z[i] !== z[i] ? z[i] : 0; // NaN stays NaN
  else {
    const value = RARER[name]![0];
    for (let i = from; i < to; i++) a[i] = value(z[i]);
  }
}

/** Multiply d[i] by g'(z[i]), where a[i] = g(z[i]). */
export function timesDerivative(
  name: ActivationName, z: Float64Array, a: Float64Array, d: Float64Array, from: number, to: number,
): void {
  if (name === "logistic") for (let i = from; i < to; i++) d[i] *= a[i] * (1 - a[i]);
  else if (name === "tanh") for (let i = from; i < to; i++) d[i] *= 1 - a[i] * a[i];
  else if (name === "relu") for (let i = from; i < to; i++) d[i] *= a[i] > 0 ? 1 : 0;
  else if (name !== "identity") {
    const slope = RARER[name]![1];
    for (let i = from; i < to; i++) d[i] *= slope(z[i], a[i]);
  }
}

/** With e = exp(z): tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2). */
function tanhOfSoftplus(z: number): number {
  if (z > 20) return 1;
  const e = exp(z);
  const n = e * (e + 2);
  return n / (n + 2);
}

function normalCdf(z: number): number {
  return (1 + erf(z * SQRT_HALF)) / 2;
}

/** The error function and its slope at the places k / 128 from -6 to 6: by its series, farther out by a continued fraction. */
const PLACES = 768;
const VALUES = new Float64Array(2 * PLACES + 1);
const SLOPES = new Float64Array(2 * PLACES + 1);
for (let k = 0; k <= PLACES; k++) {
  const x = k / 128;
  const slope = 1.1283791670955126 * expNegative(-x * x); // 2 / sqrt(pi)
  let value = 0;
  if (x < 1.5) {
    for (let n = 1, term = x; term > value * 1e-17; term *= (2 * x * x) / n) {
      value += term;
      n += 2;
    }
    value *= slope;
  } else {
    for (let n = 90; n > 0; n--) value = n / 2 / (x + value);
    value = 1 - slope / 2 / (x + value);
  }
  SLOPES[PLACES + k] = SLOPES[PLACES - k] = slope;
  VALUES[PLACES + k] = value;
  VALUES[PLACES - k] = -value;
}

/** Return the error function, by Taylor's series about the nearest place. */
export function erf(x: number): number {
  if (!(Math.abs(x) < 6)) return x > 0 ? 1 : x < 0 ? -1 : x;
  const k = Math.round(x * 128), c = k / 128, h = x - c, q = c * c;
  const series = 1 + h * (-c + h * ((2 * q - 1) / 3 + h * (c * (0.5 - q / 3) + h * (0.1 + q * ((q * 2) / 15 - 0.4)))));
  return VALUES[k + PLACES] + SLOPES[k + PLACES] * h * series;
}
