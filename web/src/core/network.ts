/** Networks as values: layout of `theta`, sizes, names. */

import type { Dense, HeadName, LayerSlice, Network, Task } from "./types";

export function layout(network: Network): LayerSlice[] {
  const slices: LayerSlice[] = [];
  let start = 0;
  let nIn = network.nIn;
  for (const { units, useBias } of network.layers) {
    const bias = start + nIn * units;
    const end = bias + (useBias ? units : 0);
    slices.push({ nIn, nOut: units, weight: start, bias, end });
    start = end;
    nIn = units;
  }
  return slices;
}

export function nParameters(network: Network): number {
  const slices = layout(network);
  return slices[slices.length - 1].end;
}

export function nOutputs(network: Network): number {
  return network.layers[network.layers.length - 1].units;
}

/** Return the sizes as in `2–4–1`. */
export function sizes(network: Network): string {
  return [network.nIn, ...network.layers.map((layer) => layer.units)].join("–");
}

export function taskOf(head: HeadName): Task {
  return head === "regression" || head === "poisson" ? "regression" : "classification";
}

export function dense(units: number, activation: Dense["activation"] = "identity", useBias = true, dropout = 0): Dense {
  return { units, activation, useBias, dropout };
}

export function hasDropout(network: Network): boolean {
  return network.layers.some((layer) => layer.dropout > 0);
}
