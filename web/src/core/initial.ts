/** Initial parameters, with the draws of the Python initialisers. */

import { glorotFactor } from "./activations";
import { layout, nParameters } from "./network";
import type { RandomState } from "./random";
import type { ActivationName, InitName, LayerSlice, Network } from "./types";

export const INIT_NAMES: readonly InitName[] = ["glorot", "he", "lecun", "torch", "uniform01", "zeros"];

/** Return the initial `theta`; layers are drawn in order, each weight before its bias. */
export function initialTheta(network: Network, init: InitName, random: RandomState): Float64Array {
  const theta = new Float64Array(nParameters(network));
  const activations = network.layers.slice(0, -1).map((layer) => layer.activation);
  activations.push(activations[activations.length - 1] ?? "identity");
  layout(network).forEach((slice, l) => draw(init, random, slice, activations[l], theta));
  return theta;
}

function draw(init: InitName, random: RandomState, s: LayerSlice, activation: ActivationName, theta: Float64Array): void {
  switch (init) {
    case "glorot":
      return uniform(random, Math.sqrt(glorotFactor(activation) / (s.nIn + s.nOut)), s.weight, s.end, theta);
    case "he":
      return uniform(random, Math.sqrt(6 / s.nIn), s.weight, s.bias, theta);
    case "lecun":
      return uniform(random, Math.sqrt(3 / s.nIn), s.weight, s.bias, theta);
    case "torch":
      return torch(random, s, theta);
    case "uniform01":
      for (let i = s.weight; i < s.bias; i++) theta[i] = random.random();
      return;
    case "zeros":
      return;
  }
}

function uniform(random: RandomState, bound: number, from: number, to: number, theta: Float64Array): void {
  for (let i = from; i < to; i++) theta[i] = random.uniform(-bound, bound);
}

/** PyTorch's: 24 bits of each draw, range in float32, weights drawn as (out, in). */
function torch(random: RandomState, s: LayerSlice, theta: Float64Array): void {
  const bound = Math.fround(1 / Math.sqrt(s.nIn));
  const range = Math.fround(bound + bound);
  const next = () => Math.fround((random.uint32() & 0xffffff) * 5.960464477539063e-8 * range - bound);
  for (let o = 0; o < s.nOut; o++) for (let i = 0; i < s.nIn; i++) theta[s.weight + i * s.nOut + o] = next();
  for (let i = s.bias; i < s.end; i++) theta[i] = next();
}
