/**
 * Sums of a layer over a block of rows. Rows are the fast axis: value of unit u in row r is at [u * stride + r].
 *
 * Two units and up to four inputs a pass, so that a loaded number is used several times. The first pass sets the sums,
 * the others add to them.
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
  const { values, start, bias, perInput, perOutput, nIn, nOut } = w;
  for (let o = 0; o < nOut; o += 2) {
    // Of an odd number, the last output twice.
    const o1 = o + 1 < nOut ? o + 1 : o;
    const p = o * stride, q = o1 * stride;
    const b = bias < 0 ? 0 : values[bias + o], e = bias < 0 ? 0 : values[bias + o1];
    let v = start + o * perOutput, u = start + o1 * perOutput;
    for (let k = 0; k < nIn; k += 4) {
      // What is missing of four inputs, or of two, is the one before with a weight of 0.
      const isOne = k + 1 === nIn, isThree = k + 3 === nIn;
      const x0 = k * stride, x1 = isOne ? x0 : x0 + stride;
      const a0 = values[v], c0 = values[u], a1 = isOne ? 0 : values[v + perInput], c1 = isOne ? 0 : values[u + perInput];
      if (k + 2 >= nIn) {
        if (k) for (let r = 0; r < n; r++) {
          const t0 = x[(x0 + r) | 0], t1 = x[(x1 + r) | 0], s = z[(q + r) | 0];
          z[(p + r) | 0] += a0 * t0 + a1 * t1;
          z[(q + r) | 0] = s + (c0 * t0 + c1 * t1);
        } else for (let r = 0; r < n; r++) {
          const t0 = x[(x0 + r) | 0], t1 = x[(x1 + r) | 0];
          z[(p + r) | 0] = b + (a0 * t0 + a1 * t1);
          z[(q + r) | 0] = e + (c0 * t0 + c1 * t1);
        }
        break;
      }
      const x2 = x1 + stride, x3 = isThree ? x2 : x2 + stride;
      const a2 = values[v + 2 * perInput], c2 = values[u + 2 * perInput];
      const a3 = isThree ? 0 : values[v + 3 * perInput], c3 = isThree ? 0 : values[u + 3 * perInput];
      if (k) for (let r = 0; r < n; r++) {
        const t0 = x[(x0 + r) | 0], t1 = x[(x1 + r) | 0], t2 = x[(x2 + r) | 0], t3 = x[(x3 + r) | 0];
        const s = z[(q + r) | 0];
        z[(p + r) | 0] += a0 * t0 + a1 * t1 + (a2 * t2 + a3 * t3);
        z[(q + r) | 0] = s + (c0 * t0 + c1 * t1 + (c2 * t2 + c3 * t3));
      } else for (let r = 0; r < n; r++) {
        const t0 = x[(x0 + r) | 0], t1 = x[(x1 + r) | 0], t2 = x[(x2 + r) | 0], t3 = x[(x3 + r) | 0];
        z[(p + r) | 0] = b + (a0 * t0 + a1 * t1 + (a2 * t2 + a3 * t3));
        z[(q + r) | 0] = e + (c0 * t0 + c1 * t1 + (c2 * t2 + c3 * t3));
      }
      v += 4 * perInput;
      u += 4 * perInput;
    }
  }
}

/** Add the sums over the rows of x[k] d[o] to a gradient that has the layout of the weights, and those of d[o]. */
export function addProducts(
  w: Weights, x: Float64Array, d: Float64Array, gradient: Float64Array, stride: number, n: number,
): void {
  const { nIn, nOut, perInput, perOutput, start, bias } = w;
  // Fours of what there is more of.
  if (nIn < nOut) addPairs(d, nOut, perOutput, x, nIn, perInput, start, gradient, stride, n);
  else addPairs(x, nIn, perInput, d, nOut, perOutput, start, gradient, stride, n);
  if (bias >= 0) addSums(d, nOut, bias, gradient, stride, n);
}

/** Four x and two y a pass; what is missing of them is the last one again. */
function addPairs(
  x: Float64Array, nX: number, perX: number, y: Float64Array, nY: number, perY: number, start: number,
  gradient: Float64Array, stride: number, n: number,
): void {
  const lastX = nX - 1;
  for (let k0 = 0; k0 < nX; k0 += 4) {
    const k1 = Math.min(k0 + 1, lastX), k2 = Math.min(k0 + 2, lastX), k3 = Math.min(k0 + 3, lastX);
    const x0 = k0 * stride, x1 = k1 * stride, x2 = k2 * stride, x3 = k3 * stride;
    for (let o = 0; o < nY; o += 2) {
      const o1 = Math.min(o + 1, nY - 1);
      const y0 = o * stride, y1 = o1 * stride;
      const g = start + o * perY, h = start + o1 * perY;
      const g0 = g + k0 * perX, g1 = g + k1 * perX, g2 = g + k2 * perX, g3 = g + k3 * perX;
      const h0 = h + k0 * perX, h1 = h + k1 * perX, h2 = h + k2 * perX, h3 = h + k3 * perX;
      let a0 = gradient[g0], a1 = gradient[g1], a2 = gradient[g2], a3 = gradient[g3];
      let c0 = gradient[h0], c1 = gradient[h1], c2 = gradient[h2], c3 = gradient[h3];
      for (let r = 0; r < n; r++) {
        const u = y[(y0 + r) | 0], v = y[(y1 + r) | 0];
        const t0 = x[(x0 + r) | 0], t1 = x[(x1 + r) | 0], t2 = x[(x2 + r) | 0], t3 = x[(x3 + r) | 0];
        a0 += t0 * u;
        c0 += t0 * v;
        a1 += t1 * u;
        c1 += t1 * v;
        a2 += t2 * u;
        c2 += t2 * v;
        a3 += t3 * u;
        c3 += t3 * v;
      }
      gradient[g0] = a0;
      gradient[g1] = a1;
      gradient[g2] = a2;
      gradient[g3] = a3;
      gradient[h0] = c0;
      gradient[h1] = c1;
      gradient[h2] = c2;
      gradient[h3] = c3;
    }
  }
}

/** Add the sums of two d a pass; of an odd number the last one twice. */
function addSums(d: Float64Array, nOut: number, bias: number, gradient: Float64Array, stride: number, n: number): void {
  for (let o = 0; o < nOut; o += 2) {
    const o1 = Math.min(o + 1, nOut - 1), p = o * stride, q = o1 * stride;
    let a = gradient[bias + o], c = gradient[bias + o1];
    for (let r = 0; r < n; r++) {
      a += d[(p + r) | 0];
      c += d[(q + r) | 0];
    }
    gradient[bias + o] = a;
    gradient[bias + o1] = c;
  }
}
