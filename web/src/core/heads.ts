/** Output function and loss together, over a block of rows: logits z, targets t. */

import { exp, expNegative, log, log1p, logistic } from "./functions";
import type { HeadName } from "./types";

/** Whether the reported loss is the mean over the outputs instead of the sum. */
export function averagesOutputs(head: HeadName): boolean {
  return head === "regression";
}

/** Columns of targets: one, of class indices, for `multiclass`; else one for each output. */
export function nTargets(head: HeadName, nOut: number): number {
  return head === "multiclass" ? 1 : nOut;
}

/** Turn logits into outputs: probabilities (of each output by itself, unless `multiclass`) or numbers. */
export function applyOutput(
  head: HeadName, z: Float64Array, a: Float64Array, nOut: number, stride: number, n: number,
): void {
  if (head === "multiclass") {
    softmax(z, a, nOut, stride, n);
    return;
  }
  for (let o = 0; o < nOut; o++) {
    const p = o * stride;
    if (head === "regression") for (let r = p; r < p + n; r++) a[r] = z[r];
    else if (head === "poisson") for (let r = p; r < p + n; r++) a[r] = exp(z[r]);
    else for (let r = p; r < p + n; r++) a[r] = logistic(z[r]);
  }
}

/** Set d = dloss/dz and return the sum of the losses of the rows, as reported. */
export function lossAndGradient(
  head: HeadName, z: Float64Array, t: Float64Array, d: Float64Array, nOut: number, stride: number, n: number,
): number {
  if (head === "multiclass") return softmaxLoss(z, t, d, nOut, stride, n);
  let loss = 0;
  for (let o = 0; o < nOut; o++) {
    const p = o * stride;
    if (head === "regression") loss += squares(z, t, d, p, p + n);
    else if (head === "quadratic") loss += quadratic(z, t, d, p, p + n);
    else if (head === "poisson") loss += poisson(z, t, d, p, p + n);
    else loss += crossEntropy(z, t, d, p, p + n);
  }
  return averagesOutputs(head) ? loss / nOut : loss;
}

function crossEntropy(z: Float64Array, t: Float64Array, d: Float64Array, from: number, to: number): number {
  let loss = 0;
  // The product of all 1 + e, minus 1, so that one logarithm is enough: at most 2^256, of the rows of a block.
  let product = 0;
  for (let r = from; r < to; r++) {
    const v = z[r];
    const size = Math.abs(v);
    const e = expNegative(-size);
    d[r] = (v >= 0 ? 1 : e) / (1 + e) - t[r];
    loss += (v + size) / 2 - t[r] * v;
    product += e * (1 + product);
  }
  return loss + log1p(product);
}

function squares(z: Float64Array, t: Float64Array, d: Float64Array, from: number, to: number): number {
  let loss = 0;
  for (let r = from; r < to; r++) {
    const e = z[r] - t[r];
    d[r] = e;
    loss += (e * e) / 2;
  }
  return loss;
}

function quadratic(z: Float64Array, t: Float64Array, d: Float64Array, from: number, to: number): number {
  let loss = 0;
  for (let r = from; r < to; r++) {
    const a = logistic(z[r]);
    const e = a - t[r];
    d[r] = e * a * (1 - a);
    loss += (e * e) / 2;
  }
  return loss;
}

function poisson(z: Float64Array, t: Float64Array, d: Float64Array, from: number, to: number): number {
  let loss = 0;
  for (let r = from; r < to; r++) {
    const y = t[r];
    const a = exp(z[r]);
    d[r] = a - y;
    loss += (y > 0 ? y * log(y) : 0) - y * z[r] - y + a;
  }
  return loss;
}

function softmaxLoss(
  z: Float64Array, t: Float64Array, d: Float64Array, nOut: number, stride: number, n: number,
): number {
  let loss = 0;
  for (let r = 0; r < n; r++) {
    const top = largest(z, r, nOut, stride);
    const sum = exponentials(z, d, r, top, nOut, stride);
    const y = t[r] * stride + r;
    for (let o = 0; o < nOut; o++) d[o * stride + r] /= sum;
    d[y] -= 1;
    loss += log(sum) - (z[y] - top);
  }
  return loss;
}

function softmax(z: Float64Array, a: Float64Array, nOut: number, stride: number, n: number): void {
  for (let r = 0; r < n; r++) {
    const sum = exponentials(z, a, r, largest(z, r, nOut, stride), nOut, stride);
    for (let o = 0; o < nOut; o++) a[o * stride + r] /= sum;
  }
}

/** Set a = exp(z - top) for one row and return the sum. */
function exponentials(
  z: Float64Array, a: Float64Array, r: number, top: number, nOut: number, stride: number,
): number {
  let sum = 0;
  for (let o = r; o < nOut * stride; o += stride) {
    a[o] = expNegative(z[o] - top);
    sum += a[o];
  }
  return sum;
}

function largest(z: Float64Array, r: number, nOut: number, stride: number): number {
  let top = z[r];
  for (let o = 1; o < nOut; o++) if (!(z[o * stride + r] <= top)) top = z[o * stride + r];
  return top;
}

/** Return the predicted class of row r (of equal ones, the first); 0 or 1 of a single output. */
export function predictedClass(z: Float64Array, r: number, nOut: number, stride: number): number {
  if (nOut === 1) return z[r] > 0 ? 1 : 0;
  let best = 0;
  for (let o = 1; o < nOut; o++) if (z[o * stride + r] > z[best * stride + r]) best = o;
  return best;
}
