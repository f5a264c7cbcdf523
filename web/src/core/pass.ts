/** A block of rows through a network, forward and backward. */

import { activate, needsSums, timesDerivative } from "./activations";
import { lossAndGradient } from "./heads";
import { addProducts, affine, type Weights } from "./kernels";
import { layout, nOutputs, nParameters } from "./network";
import { mix32, uniformHash } from "./random";
import type { Network } from "./types";

/** Rows of a block: small enough for the first cache, large enough to repay the calls around it. */
export const BLOCK = 256;

const ROW_STRIDE = 0x9e3779b9 | 0;

/** Where the dropout of a step comes from. */
export interface DropoutKey {
  readonly seed: number;
  readonly step: number;
  /** Of the block's first row within the batch. */
  readonly firstRow: number;
}

/**
 * Buffers of one network for blocks of up to `stride` rows. Fill `inputs`, then call `forward`.
 *
 * `theta` is the pass's own array: trainers write to it, others copy theirs into it.
 */
export class Pass {
  readonly theta: Float64Array;
  readonly inputs: Float64Array;
  /** Sums and outputs of each layer; one array where the derivative does not need the sums. The last: logits. */
  readonly sums: Float64Array[] = [];
  readonly outputs: Float64Array[] = [];
  readonly nOut: number;
  private readonly weights: Weights[];
  private readonly transposed: Weights[];
  /** What each layer passes on if some of its outputs are dropped, and the factors. */
  private readonly passedOn: Float64Array[] = [];
  private readonly factors: (Float64Array | null)[] = [];
  private derivatives = new Float64Array(0);
  private below = new Float64Array(0);

  constructor(readonly network: Network, readonly stride: number) {
    const theta = new Float64Array(nParameters(network));
    this.theta = theta;
    this.nOut = nOutputs(network);
    this.inputs = new Float64Array(network.nIn * stride);
    const slices = layout(network);
    this.weights = slices.map(({ nIn, nOut, weight, bias, end }) => ({
      values: theta, start: weight, perInput: nOut, perOutput: 1, bias: end > bias ? bias : -1, nIn, nOut,
    }));
    this.transposed = this.weights.map((w) => ({
      values: theta, start: w.start, perInput: w.perOutput, perOutput: w.perInput, bias: -1, nIn: w.nOut, nOut: w.nIn,
    }));
    for (const layer of network.layers) {
      const z = new Float64Array(layer.units * stride);
      const a = needsSums(layer.activation) ? new Float64Array(layer.units * stride) : z;
      this.sums.push(z);
      this.outputs.push(a);
      this.factors.push(layer.dropout > 0 ? new Float64Array(layer.units * stride) : null);
      this.passedOn.push(layer.dropout > 0 ? new Float64Array(layer.units * stride) : a);
    }
  }

  get logits(): Float64Array {
    return this.outputs[this.outputs.length - 1];
  }

  /** Compute the outputs of every layer for `n` rows of `inputs`; with a key, drop some of them. */
  forward(n: number, dropout: DropoutKey | null = null): void {
    const { network, stride } = this;
    let x = this.inputs;
    for (let l = 0; l < network.layers.length; l++) {
      const { activation, units } = network.layers[l];
      const z = this.sums[l];
      const a = this.outputs[l];
      affine(this.weights[l], x, z, stride, n);
      if (n === stride) activate(activation, z, a, 0, units * stride);
      else for (let u = 0; u < units; u++) activate(activation, z, a, u * stride, u * stride + n);
      x = a;
      if (dropout !== null && this.factors[l] !== null) {
        this.drop(l, n, dropout);
        x = this.passedOn[l];
      }
    }
  }

  /** After `forward`: add the gradient of the summed losses to `gradient`, and return the sum of the losses. */
  backward(targets: Float64Array, gradient: Float64Array, n: number, dropped: boolean): number {
    const { network, stride } = this;
    this.reserve();
    const last = network.layers.length - 1;
    let d = this.derivatives;
    let free = this.below;
    const loss = lossAndGradient(network.head, this.logits, targets, d, this.nOut, stride, n);
    for (let l = last; l >= 0; l--) {
      const { activation, units } = network.layers[l];
      const factors = dropped ? this.factors[l] : null;
      if (factors !== null) for (let r = 0; r < units * stride; r++) d[r] *= factors[r];
      if (n === stride) timesDerivative(activation, this.sums[l], this.outputs[l], d, 0, units * stride);
      else for (let u = 0; u < units; u++) timesDerivative(activation, this.sums[l], this.outputs[l], d, u * stride, u * stride + n);
      const x = l === 0 ? this.inputs : dropped ? this.passedOn[l - 1] : this.outputs[l - 1];
      addProducts(this.weights[l], x, d, gradient, stride, n);
      if (l > 0) {
        affine(this.transposed[l], d, free, stride, n);
        [d, free] = [free, d];
      }
    }
    return loss;
  }

  private reserve(): void {
    if (this.derivatives.length > 0) return;
    const widest = Math.max(...this.network.layers.map((layer) => layer.units));
    this.derivatives = new Float64Array(widest * this.stride);
    this.below = new Float64Array(widest * this.stride);
  }

  private drop(l: number, n: number, { seed, step, firstRow }: DropoutKey): void {
    const { units, dropout } = this.network.layers[l];
    const threshold = Math.floor(dropout * 4294967296);
    const factor = 1 / (1 - dropout);
    const a = this.outputs[l];
    const out = this.passedOn[l];
    const factors = this.factors[l]!;
    for (let u = 0; u < units; u++) {
      const key = uniformHash(seed, step, l, u);
      const from = u * this.stride;
      for (let r = 0; r < n; r++) {
        const kept = mix32((key + Math.imul(firstRow + r, ROW_STRIDE)) | 0) >= threshold;
        factors[from + r] = kept ? factor : 0;
        out[from + r] = a[from + r] * factors[from + r];
      }
    }
  }
}
