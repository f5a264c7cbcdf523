/** The network on the cells of a plane, and one row through it. */

import { applyOutput } from "./heads";
import { BLOCK, Pass } from "./pass";
import type { GridSpec, GridValues, HeadName, Network, Plane, Trace } from "./types";

/** A regression's network predicts (y - mean) / scale. */
export interface TargetScale {
  readonly mean: number;
  readonly scale: number;
}

/** Buffers for grids of one size; arrays of the result are reused by the next call. */
export class GridEvaluator {
  private readonly pass: Pass;
  private readonly probabilities: Float64Array;
  private readonly outputs: Float64Array[];
  private readonly units: Float64Array[][];
  private readonly nCells: number;

  constructor(network: Network, readonly nA: number, readonly nB: number, withUnits: boolean) {
    this.nCells = nA * nB;
    // With units all cells are one block, so that the pass's buffers are the result.
    const stride = withUnits ? this.nCells : Math.min(BLOCK, this.nCells);
    this.pass = new Pass(network, stride);
    this.probabilities = new Float64Array(this.pass.nOut * stride);
    this.outputs = Array.from({ length: this.pass.nOut }, () => new Float64Array(this.nCells));
    const hidden = withUnits ? network.layers.slice(0, -1) : [];
    this.units = hidden.map((layer, l) =>
      Array.from({ length: layer.units }, (_, u) => this.pass.outputs[l].subarray(u * stride, (u + 1) * stride)),
    );
  }

  run(theta: Float64Array, spec: GridSpec, { mean, scale }: TargetScale): GridValues {
    const { pass, nCells, probabilities } = this;
    const { head } = pass.network;
    pass.theta.set(theta);
    const { across, up } = sides(spec);
    for (let start = 0; start < nCells; start += pass.stride) {
      const n = Math.min(pass.stride, nCells - start);
      fill(pass.inputs, spec.plane.origin, across, up, start, pass.stride, n);
      pass.forward(n);
      applyOutput(head, pass.logits, probabilities, pass.nOut, pass.stride, n);
      if (head === "quadratic" && pass.nOut > 1) normalize(probabilities, pass.nOut, pass.stride, n);
      this.outputs.forEach((output, o) => {
        const from = o * pass.stride;
        if (head === "regression") for (let r = 0; r < n; r++) output[start + r] = probabilities[from + r] * scale + mean;
        else for (let r = 0; r < n; r++) output[start + r] = probabilities[from + r];
      });
    }
    return { nA: this.nA, nB: this.nB, units: this.units, outputs: this.outputs };
  }
}

/** Return the inputs at the centres of the cells, input by input. */
export function inputsOf(spec: GridSpec): Float64Array {
  const { across, up } = sides(spec), { origin } = spec.plane;
  const n = spec.nA * spec.nB, inputs = new Float64Array(n * origin.length);
  fill(inputs, origin, across, up, 0, n, n);
  return inputs;
}

/** Return what the plane adds to the inputs at the centre of each column of cells, and of each row of cells. */
function sides({ plane, a, b, nA, nB }: GridSpec): { across: Float64Array[]; up: Float64Array[] } {
  const zero = new Float64Array(plane.origin.length);
  return {
    across: Array.from({ length: nA }, (_, i) => plane.a(a[0] + (i + 0.5) * ((a[1] - a[0]) / nA))),
    up: Array.from({ length: nB }, (_, j) => plane.b?.(b[1] - (j + 0.5) * ((b[1] - b[0]) / nB)) ?? zero),
  };
}

function fill(inputs: Float64Array, origin: Float64Array, across: readonly Float64Array[], up: readonly Float64Array[], start: number, stride: number, n: number): void {
  const nA = across.length;
  for (let k = 0; k < origin.length; k++) {
    let i = start % nA;
    let j = (start - i) / nA;
    for (let r = k * stride; r < k * stride + n; r++) {
      inputs[r] = origin[k] + across[i][k] + up[j][k];
      if (++i === nA) {
        i = 0;
        j++;
      }
    }
  }
}

/** Divide the probabilities of each row by their sum, as the Python package does for several outputs of `quadratic`. */
function normalize(a: Float64Array, nOut: number, stride: number, n: number): void {
  for (let r = 0; r < n; r++) {
    let sum = 0;
    for (let o = r; o < nOut * stride; o += stride) sum += a[o];
    for (let o = r; o < nOut * stride; o += stride) a[o] /= sum;
  }
}

/** Return the inputs at a place of a plane. */
export function inputsAt({ origin, a, b }: Plane, x: number, y: number): Float64Array {
  const across = a(x), up = b?.(y);
  return origin.map((value, k) => value + across[k] + (up === undefined ? 0 : up[k]));
}

/** Send one row through a network. */
export function traceOf(network: Network, theta: Float64Array, input: Float64Array, { mean, scale }: TargetScale): Trace {
  const pass = new Pass(network, 1);
  pass.theta.set(theta);
  pass.inputs.set(input);
  pass.forward(1);
  const a = pass.outputs.map((values) => values.slice());
  // A layer whose sums are not kept has overwritten them: they follow from the layer below.
  const z = a.map((_, l) => sumsOf(network, theta, l, l === 0 ? input : a[l - 1]));
  const logits = a[a.length - 1];
  const outputs = new Float64Array(pass.nOut);
  applyOutput(network.head, logits, outputs, pass.nOut, 1, 1);
  if (network.head === "quadratic" && pass.nOut > 1) normalize(outputs, pass.nOut, 1, 1);
  return { input, z, a, outputs: outputsOf(network.head, outputs, mean, scale) };
}

function outputsOf(head: HeadName, outputs: Float64Array, mean: number, scale: number): number[] {
  if (head === "regression") return Array.from(outputs, (value) => value * scale + mean);
  if (head !== "poisson" && outputs.length === 1) return [1 - outputs[0], outputs[0]];
  return Array.from(outputs);
}

function sumsOf(network: Network, theta: Float64Array, l: number, x: Float64Array): Float64Array {
  const layer = network.layers[l];
  const alone = new Pass({ nIn: x.length, layers: [{ ...layer, activation: "identity", dropout: 0 }], head: network.head }, 1);
  let start = 0;
  let nIn = network.nIn;
  for (const { units, useBias } of network.layers.slice(0, l)) {
    start += nIn * units + (useBias ? units : 0);
    nIn = units;
  }
  alone.theta.set(theta.subarray(start, start + alone.theta.length));
  alone.inputs.set(x);
  alone.forward(1);
  return alone.logits.slice();
}
