/** Rows that are ready for the network, and how they are split. */

import { RandomState } from "../core/random";
import type { Points } from "../core/toys";
import { MAX_HELD_OUT } from "../state/defaults";
import type { Dataset, InputColumn, Note } from "../state/types";

/** Rows before they are split: inputs as the network reads them. */
export interface Prepared {
  readonly title: string;
  readonly points: Points;
  readonly task: Dataset["task"];
  readonly columns: readonly InputColumn[];
  readonly inputNames: readonly string[];
  readonly targetName: string;
  readonly classNames: readonly string[];
  readonly classNumbers: readonly number[] | null;
  readonly targetMean: number;
  readonly targetScale: number;
  readonly notes: readonly Note[];
  readonly described: Dataset["described"];
}

/** Rows of each side of a split, in its order. */
export interface Split {
  readonly training: Int32Array;
  readonly heldOut: Int32Array;
}

/** Choose the rows that are held back, as `train_test_split(test_size=share, random_state=seed)` does. */
export function splitRows(nRows: number, share: number, seed: number): Split {
  const held = Math.min(Math.max(share, 0), MAX_HELD_OUT);
  const nHeldOut = Math.min(Math.ceil(held * nRows - 1e-9), nRows - 1);
  if (nHeldOut <= 0) return { training: Int32Array.from({ length: nRows }, (_, i) => i), heldOut: new Int32Array(0) };
  const order = new RandomState(seed).permutation(nRows);
  return { training: order.slice(nHeldOut), heldOut: order.slice(0, nHeldOut) };
}

/** Describe a column of numbers that the network reads as they are. */
export function numberColumn(name: string, values: Float64Array, input: number, mean = 0, scale = 1): InputColumn {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { name, kind: "number", levels: [], values, min: sorted[0]!, max: sorted[sorted.length - 1]!, median, mean, scale, input, code: null, gap: NaN };
}

/** Return values at some places, in their order. */
export function pick(values: Float64Array, places: ArrayLike<number>): Float64Array {
  const picked = new Float64Array(places.length);
  for (let i = 0; i < picked.length; i++) picked[i] = values[places[i]!]!;
  return picked;
}
