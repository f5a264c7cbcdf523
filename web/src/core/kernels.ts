/**
 * Sums of a layer over a block of rows. Rows are the fast axis: value of unit u in row r is at [u * stride + r].
 *
 * Two units and up to four inputs a pass, so that a loaded number is used twice.
 */

/** A matrix of weights within `theta`: that of input k and output o is at [start + k * perInput + o * perOutput]. */
export interface Weights {
  readonly values: Float64Array;
  readonly start: number;
  readonly perInput: number;
  readonly perOutput: number;
  /** Of the first bias; negative without biases. */
  readonly bias: number;
  readonly nIn: number;
  readonly nOut: number;
}

/** Set z = x W + b. */
export function affine(w: Weights, x: Float64Array, z: Float64Array, stride: number, n: number): void {
  const { nIn, nOut } = w;
  let o = 0;
  for (; o < nOut; o++) {
    const b = w.bias < 0 ? 0 : w.values[w.bias + o];
    // A call of `fill` costs more than it saves in small batches.
    for (let r = o * stride; r < o * stride + n; r++) z[r] = b;
  }
  for (o = 0; o + 1 < nOut; o += 2) {
    let k = 0;
    for (; k + 3 < nIn; k += 4) addFour(w, k, o, x, z, stride, n);
    for (; k + 1 < nIn; k += 2) addTwo(w, k, o, x, z, stride, n);
    if (k < nIn) addOne(w, k, o, x, z, stride, n);
  }
  if (o < nOut) addToLast(w, o, x, z, stride, n);
}

function addFour(w: Weights, k: number, o: number, x: Float64Array, z: Float64Array, stride: number, n: number): void {
  const { values, perInput, perOutput } = w;
  const v = w.start + k * perInput + o * perOutput;
  const u = v + perOutput;
  const a0 = values[v], a1 = values[v + perInput], a2 = values[v + 2 * perInput], a3 = values[v + 3 * perInput];
  const c0 = values[u], c1 = values[u + perInput], c2 = values[u + 2 * perInput], c3 = values[u + 3 * perInput];
  const x0 = k * stride, x1 = x0 + stride, x2 = x1 + stride, x3 = x2 + stride;
  const p = o * stride, q = p + stride;
  for (let r = 0; r < n; r++) {
    const t0 = x[x0 + r], t1 = x[x1 + r], t2 = x[x2 + r], t3 = x[x3 + r];
    z[p + r] += a0 * t0 + a1 * t1 + (a2 * t2 + a3 * t3);
    z[q + r] += c0 * t0 + c1 * t1 + (c2 * t2 + c3 * t3);
  }
}

function addTwo(w: Weights, k: number, o: number, x: Float64Array, z: Float64Array, stride: number, n: number): void {
  const { values, perInput, perOutput } = w;
  const v = w.start + k * perInput + o * perOutput;
  const u = v + perOutput;
  const a0 = values[v], a1 = values[v + perInput], c0 = values[u], c1 = values[u + perInput];
  const x0 = k * stride, x1 = x0 + stride;
  const p = o * stride, q = p + stride;
  for (let r = 0; r < n; r++) {
    const t0 = x[x0 + r], t1 = x[x1 + r];
    z[p + r] += a0 * t0 + a1 * t1;
    z[q + r] += c0 * t0 + c1 * t1;
  }
}

function addOne(w: Weights, k: number, o: number, x: Float64Array, z: Float64Array, stride: number, n: number): void {
  const v = w.start + k * w.perInput + o * w.perOutput;
  const a = w.values[v], c = w.values[v + w.perOutput];
  const x0 = k * stride;
  const p = o * stride, q = p + stride;
  for (let r = 0; r < n; r++) {
    const t = x[x0 + r];
    z[p + r] += a * t;
    z[q + r] += c * t;
  }
}

/** Add all inputs to the last of an odd number of outputs. */
function addToLast(w: Weights, o: number, x: Float64Array, z: Float64Array, stride: number, n: number): void {
  const { values, perInput, nIn } = w;
  const p = o * stride;
  let v = w.start + o * w.perOutput;
  let k = 0;
  for (; k + 3 < nIn; k += 4, v += 4 * perInput) {
    const a0 = values[v], a1 = values[v + perInput], a2 = values[v + 2 * perInput], a3 = values[v + 3 * perInput];
    const x0 = k * stride, x1 = x0 + stride, x2 = x1 + stride, x3 = x2 + stride;
    for (let r = 0; r < n; r++) z[p + r] += a0 * x[x0 + r] + a1 * x[x1 + r] + (a2 * x[x2 + r] + a3 * x[x3 + r]);
  }
  for (; k < nIn; k++, v += perInput) {
    const a = values[v];
    const x0 = k * stride;
    for (let r = 0; r < n; r++) z[p + r] += a * x[x0 + r];
  }
}

/** Add the sums over the rows of x[k] d[o] to a gradient that has the layout of the weights, and those of d[o]. */
export function addProducts(
  w: Weights, x: Float64Array, d: Float64Array, gradient: Float64Array, stride: number, n: number,
): void {
  const { nIn, nOut } = w;
  let k = 0;
  for (; k + 1 < nIn; k += 2) {
    let o = 0;
    for (; o + 1 < nOut; o += 2) addSquare(w, k, o, x, d, gradient, stride, n);
    if (o < nOut) {
      addProduct(w, k, o, x, d, gradient, stride, n);
      addProduct(w, k + 1, o, x, d, gradient, stride, n);
    }
  }
  if (k < nIn) for (let o = 0; o < nOut; o++) addProduct(w, k, o, x, d, gradient, stride, n);
  if (w.bias >= 0) for (let o = 0; o < nOut; o++) gradient[w.bias + o] += sum(d, o * stride, n);
}

function addSquare(
  w: Weights, k: number, o: number, x: Float64Array, d: Float64Array, gradient: Float64Array, stride: number, n: number,
): void {
  const x0 = k * stride, x1 = x0 + stride;
  const d0 = o * stride, d1 = d0 + stride;
  let pp = 0, pq = 0, qp = 0, qq = 0;
  for (let r = 0; r < n; r++) {
    const s = x[x0 + r], t = x[x1 + r], u = d[d0 + r], v = d[d1 + r];
    pp += s * u;
    pq += s * v;
    qp += t * u;
    qq += t * v;
  }
  const g = w.start + k * w.perInput + o * w.perOutput;
  gradient[g] += pp;
  gradient[g + w.perOutput] += pq;
  gradient[g + w.perInput] += qp;
  gradient[g + w.perInput + w.perOutput] += qq;
}

function addProduct(
  w: Weights, k: number, o: number, x: Float64Array, d: Float64Array, gradient: Float64Array, stride: number, n: number,
): void {
  const x0 = k * stride;
  const d0 = o * stride;
  let total = 0;
  for (let r = 0; r < n; r++) total += x[x0 + r] * d[d0 + r];
  gradient[w.start + k * w.perInput + o * w.perOutput] += total;
}

function sum(d: Float64Array, from: number, n: number): number {
  let total = 0;
  for (let r = from; r < from + n; r++) total += d[r];
  return total;
}
