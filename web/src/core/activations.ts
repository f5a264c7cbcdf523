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

/** Return the error function, as fdlibm's s_erf.c. */
export function erf(x: number): number {
  const size = x < 0 ? -x : x;
  if (size < 0.84375) {
    const z = x * x;
    const r = 0.12837916709551256 + z * (-0.3250421072470015 + z * (-0.02848174957559851 + z * (-0.005770270296489442 + z * -2.3763016656650163e-5)));
    const s = 1 + z * (0.39791722395915535 + z * (0.0650222499887673 + z * (0.005081306281875766 + z * (0.00013249473800432164 + z * -3.960228278775368e-6))));
    return x + x * (r / s);
  }
  if (size < 1.25) {
    const s = size - 1;
    const p = -0.0023621185607526594 + s * (0.41485611868374833 + s * (-0.3722078760357013 + s * (0.31834661990116175 + s * (-0.11089469428239668 + s * (0.035478304325618236 + s * -0.002166375594868791)))));
    const q = 1 + s * (0.10642088040084423 + s * (0.540397917702171 + s * (0.07182865441419627 + s * (0.12617121980876164 + s * (0.01363708391202905 + s * 0.011984499846799107)))));
    const value = 0.8450629115104675 + p / q;
    return x < 0 ? -value : value;
  }
  if (!(size < 6)) return x !== x ? x : x < 0 ? -1 : 1;
  const s = 1 / (x * x);
  let r: number, q: number;
  if (size < 2.857142857142857) {
    r = -0.009864944034847148 + s * (-0.6938585727071818 + s * (-10.558626225323291 + s * (-62.375332450326006 + s * (-162.39666946257347 + s * (-184.60509290671104 + s * (-81.2874355063066 + s * -9.814329344169145))))));
    q = 1 + s * (19.651271667439257 + s * (137.65775414351904 + s * (434.56587747522923 + s * (645.3872717332679 + s * (429.00814002756783 + s * (108.63500554177944 + s * (6.570249770319282 + s * -0.0604244152148581)))))));
  } else {
    r = -0.0098649429247001 + s * (-0.799283237680523 + s * (-17.757954917754752 + s * (-160.63638485582192 + s * (-637.5664433683896 + s * (-1025.0951316110772 + s * -483.5191916086514)))));
    q = 1 + s * (30.33806074348246 + s * (325.7925129965739 + s * (1536.729586084437 + s * (3199.8582195085955 + s * (2553.0504064331644 + s * (474.52854120695537 + s * -22.44095244658582))))));
  }
  const tail = (expNegative(-x * x - 0.5625) * expSmall(r / q)) / size;
  return x < 0 ? tail - 1 : 1 - tail;
}

function expSmall(x: number): number {
  return x > 0 ? 1 / expNegative(-x) : expNegative(x);
}
