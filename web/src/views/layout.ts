/** Where the units of a network are on its stage. */

import type { Network } from "../core/types";

const REST = 16; // pixels, for how many units are not shown
const MAX_INPUTS_SHOWN = 20, MAX_UNITS_SHOWN = 32;

export interface Column {
  readonly x: number;
  /** Centres of the units shown, from the first. */
  readonly y: readonly number[];
  /** Units that are not shown. */
  readonly more: number;
}

export interface Layout {
  readonly tile: number;
  /** Inputs, hidden layers, outputs. */
  readonly columns: readonly Column[];
}

export interface Edge {
  readonly layer: number;
  readonly from: number;
  readonly unit: number;
}

/** Return the places of all units on a stage; `after` is the room that names of outputs need. */
export function layoutOf(network: Network, width: number, height: number, before: number, after: number): Layout {
  const sizes = [network.nIn, ...network.layers.map((layer) => layer.units)];
  const counts = sizes.map((units, k) => Math.min(units, k ? MAX_UNITS_SHOWN : MAX_INPUTS_SHOWN));
  const most = Math.max(...counts);
  if (counts.some((count, k) => count < sizes[k]!)) height -= REST;
  const spread = width - before - after;
  const between = spread / Math.max(1, counts.length - 1);
  const tile = Math.max(9, Math.min(height > 760 ? 72 : height > 560 ? 54 : 44, (height / most) * 0.8, between * 0.52));
  const pitch = Math.min(tile * 1.38 + 2, (height - tile - 4) / Math.max(1, most - 1));
  const left = before + tile / 2, right = width - after - tile / 2;
  return {
    tile,
    columns: counts.map((count, k) => ({
      x: left + ((right - left) * k) / Math.max(1, counts.length - 1),
      y: Array.from({ length: count }, (_, i) => height / 2 + (i - (count - 1) / 2) * pitch),
      more: sizes[k]! - count,
    })),
  };
}

/** Ends of an edge, and the x of its two control points. */
export function ends(layout: Layout, { layer, from, unit }: Edge): { x0: number; y0: number; x1: number; y1: number; middle: number } {
  const left = layout.columns[layer]!, right = layout.columns[layer + 1]!;
  const x0 = left.x + layout.tile / 2 + 1, x1 = right.x - layout.tile / 2 - 1;
  return { x0, y0: left.y[from]!, x1, y1: right.y[unit]!, middle: (x0 + x1) / 2 };
}

/** Return the edge nearest to a place, if one is within `reach`. */
export function edgeAt(layout: Layout, x: number, y: number, reach: number): Edge | null {
  let best: Edge | null = null, nearest = reach;
  for (let layer = 0; layer + 1 < layout.columns.length; layer++) {
    const left = layout.columns[layer]!, right = layout.columns[layer + 1]!;
    if (x < left.x + layout.tile / 2 || x > right.x - layout.tile / 2) continue;
    for (let from = 0; from < left.y.length; from++)
      for (let unit = 0; unit < right.y.length; unit++) {
        const edge = { layer, from, unit };
        const away = Math.abs(heightAt(layout, edge, x) - y);
        if (away < nearest) { nearest = away; best = edge; }
      }
  }
  return best;
}

/** Return the height of an edge at x: its curve is x(t) = x0 + (x1 - x0) s(t), y by smoothstep of t. */
function heightAt(layout: Layout, edge: Edge, x: number): number {
  const { x0, y0, x1, y1 } = ends(layout, edge);
  const goal = (x - x0) / (x1 - x0 || 1);
  let low = 0, high = 1;
  for (let round = 0; round < 16; round++) {
    const t = (low + high) / 2;
    // Bézier with both control points at the middle: x = 1.5 t (1 - t) + t³ (of the width).
    const at = 1.5 * t * (1 - t) + t * t * t;
    if (at < goal) low = t;
    else high = t;
  }
  const t = (low + high) / 2;
  return y0 + (y1 - y0) * t * t * (3 - 2 * t);
}
