/** Changes of the hidden layers, within their limits. */

import { layerSpec, MAX_LAYERS, MAX_UNITS } from "./defaults";
import type { LayerSpec } from "./types";

const NEW_UNITS = 4;

export function withLayer(hidden: readonly LayerSpec[], at: number, change: Partial<LayerSpec>): readonly LayerSpec[] {
  return hidden.map((layer, l) => {
    if (l !== at) return layer;
    const changed = { ...layer, ...change };
    return { ...changed, units: Math.max(1, Math.min(Math.max(MAX_UNITS, layer.units), Math.round(changed.units))) };
  });
}

/** Add a layer before that at place `at`, like its neighbour below. */
export function withNewLayer(hidden: readonly LayerSpec[], at: number): readonly LayerSpec[] {
  if (hidden.length >= MAX_LAYERS) return hidden;
  const neighbour = hidden[Math.min(at, hidden.length) - 1] ?? hidden[0];
  const layer = neighbour === undefined ? layerSpec(NEW_UNITS) : { ...neighbour, dropout: 0 };
  return [...hidden.slice(0, at), layer, ...hidden.slice(at)];
}

export function withoutLayer(hidden: readonly LayerSpec[], at: number): readonly LayerSpec[] {
  return hidden.filter((_, l) => l !== at);
}
