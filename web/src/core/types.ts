/** What the numerical core takes and returns. No DOM, no import. */

import type { ActivationName, HeadName, Optimizer, OrderName } from "./options";

export type * from "./options";

/** A fully connected layer, a = g(x W + b). */
export interface Dense {
  readonly units: number;
  readonly activation: ActivationName;
  readonly useBias: boolean;
  readonly dropout: number;
}

/** Layers and head. The last layer is the output: `identity`, without dropout. */
export interface Network {
  readonly nIn: number;
  readonly layers: readonly Dense[];
  readonly head: HeadName;
}

/** Where a layer's parameters are in `theta`: weights (nIn x nOut, row by row), then biases. */
export interface LayerSlice {
  readonly nIn: number;
  readonly nOut: number;
  readonly weight: number;
  readonly bias: number;
  readonly end: number;
}

/** How a network is trained. `frozen` holds indices into `theta` that no step changes. */
export interface Plan {
  readonly network: Network;
  readonly optimizer: Optimizer;
  readonly rate: number;
  readonly l2: number;
  readonly l1: number;
  /** Rows of a step; Infinity is one full batch, which keeps the order of the rows. */
  readonly batchSize: number;
  readonly order: OrderName;
  readonly dropoutSeed: number;
  readonly frozen: readonly number[];
}

/** Rows for the engine, column by column: value j of row i is `X[j * nRows + i]`. */
export interface Rows {
  readonly nRows: number;
  readonly X: Float64Array;
  /** One column per output; for `multiclass` one column of class indices. */
  readonly T: Float64Array;
}

/** Epochs done, and batches done of the epoch that has begun. */
export interface Position {
  readonly epoch: number;
  readonly batch: number;
}

/** Loss (without penalty) and accuracy, or R² of a regression, of some rows. */
export interface Evaluation {
  readonly nRows: number;
  readonly loss: number;
  readonly score: number;
  /** Rows right, of a classification; else 0. */
  readonly nRight: number;
  /** Counts [true class][predicted class]; empty for a regression. */
  readonly confusion: readonly (readonly number[])[];
}

/** One value per epoch, from epoch 0 (untrained); held-out arrays are empty without held-out rows. */
export interface Curves {
  /** Running mean of the batch losses, penalty included; of a full batch, the loss before its step. */
  readonly loss: readonly number[];
  readonly heldOutLoss: readonly number[];
  readonly heldOutScore: readonly number[];
}

/** A surface (or, without `b`, a curve) in the network's inputs: origin + a(x) + b(y); a plane, if both are linear. */
export interface Plane {
  readonly origin: Float64Array;
  readonly a: (x: number) => Float64Array;
  readonly b: ((y: number) => Float64Array) | null;
}

/** Cells of a plane. Row 0 is the top: the largest `b`. Values are those at the centres of the cells. */
export interface GridSpec {
  readonly plane: Plane;
  readonly a: readonly [number, number];
  readonly b: readonly [number, number];
  readonly nA: number;
  /** 1 for a line. */
  readonly nB: number;
}

/** Values at the cells of a grid: value of column i and row j is at [j * nA + i]. Arrays are reused by the next call. */
export interface GridValues {
  readonly nA: number;
  readonly nB: number;
  /** Outputs of hidden units, [layer][unit]; empty if not asked for. */
  readonly units: readonly (readonly Float64Array[])[];
  /** P(class 1) of two classes; one array per class of several; the number of a regression, in the target's unit. */
  readonly outputs: readonly Float64Array[];
}

/** One row through the network: sums and outputs of every layer (the last: logits), and what the head makes of them. */
export interface Trace {
  readonly input: Float64Array;
  readonly z: readonly Float64Array[];
  readonly a: readonly Float64Array[];
  /** Probability of each class (two for a binary head), or the number of a regression in the target's unit. */
  readonly outputs: readonly number[];
}
