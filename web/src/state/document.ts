/** The document: everything that a link holds. These names are in links, so none of them may change. */

import type { ActivationName, InitName, Optimizer, OrderName, Task } from "../core/types";

export type ToyName =
  | "circles" | "ten-points" | "gaussians" | "moons" | "bumps" | "spiral" | "xor" | "checkerboard" | "blobs" | "waves";

/** `points`, `noise`, `seed` are ignored by sets without them (ten points, bumps). */
export interface ToySource {
  readonly kind: "toy";
  readonly name: ToyName;
  readonly points: number;
  readonly noise: number;
  readonly seed: number;
  /** Classes, of sets that have a choice (spiral, blobs); else 2. */
  readonly classes: number;
}

/** Points set by hand: [x1, x2, class], or [x, y] of a curve (regression). */
export interface DrawnSource {
  readonly kind: "drawn";
  readonly task: Task;
  readonly classes: number;
  readonly points: readonly (readonly number[])[];
}

/** Points drawn at random; class 1 above the graph x2 = f(x1), class 0 below. */
export interface FormulaSource {
  readonly kind: "formula";
  readonly formula: string;
  readonly points: number;
  readonly noise: number;
  readonly seed: number;
}

/** A table that was dropped, pasted or is in the page; the table itself is not in the document. */
export interface TableSource {
  readonly kind: "table";
  readonly table: string;
  readonly target: string;
  readonly inputs: readonly string[];
  readonly task: Task;
  /** Whether columns of numbers are scaled to mean 0 and variance 1. */
  readonly scale: boolean;
  readonly seed: number;
}

export type Source = ToySource | DrawnSource | FormulaSource | TableSource;

export interface DataSpec {
  readonly source: Source;
  /** Share of the rows held back, from 0 to 0.8, and the seed that chooses them. */
  readonly heldOut: number;
  readonly splitSeed: number;
}

export interface LayerSpec {
  readonly units: number;
  readonly activation: ActivationName;
  readonly dropout: number;
}

export type LossName = "cross-entropy" | "quadratic" | "squared" | "poisson";

/** Initial parameters that are given instead of drawn: a saved model, or a run whose weights were edited. */
export interface GivenWeights {
  readonly theta: readonly number[];
}

export interface NetworkSpec {
  /** Hidden layers only: 0 to 6 of them, 1 to 32 units each. */
  readonly hidden: readonly LayerSpec[];
  readonly bias: boolean;
  /** A loss that does not fit the task counts as the task's first. */
  readonly loss: LossName;
  readonly init: InitName;
  /** Of the initial weights, the shuffles and the dropout, as `random_state` of an estimator. */
  readonly seed: number;
  readonly given: GivenWeights | null;
}

/** When to stop; null means never. */
export interface StopRule {
  readonly epochs: number | null;
  /** Epochs without a better held-back loss (training loss, if nothing is held back). */
  readonly patience: number | null;
}

export interface TrainingSpec {
  readonly optimizer: Optimizer;
  readonly rate: number;
  readonly batch: number | "full";
  readonly order: OrderName;
  readonly l2: number;
  readonly l1: number;
  readonly stop: StopRule;
  /** Indices into `theta` of parameters that training does not change. */
  readonly frozen: readonly number[];
}

/** What the boundary shows of more than two inputs. */
export type PlaneChoice =
  | { readonly kind: "columns"; readonly x: string; readonly y: string; readonly at: Readonly<Record<string, number>> }
  | { readonly kind: "components" };

export interface ViewSpec {
  /** Epochs a frame; below 1, a fraction: 0.1 is one epoch in ten frames. */
  readonly speed: number;
  readonly plane: PlaneChoice | null;
  /** The marked point, in the plane's coordinates; null if there is none. */
  readonly marked: readonly [number, number] | null;
  /** The unit whose card is open, [layer (from 0), unit]; the output layer counts. */
  readonly unit: readonly [number, number] | null;
  readonly showHeldOut: boolean;
  /** Id of the classic whose fact the narrator looks for, or null. */
  readonly classic: string | null;
}

/** Everything a link holds. A change makes a new document; none is ever written to. */
export interface Doc {
  readonly data: DataSpec;
  readonly network: NetworkSpec;
  readonly training: TrainingSpec;
  readonly view: ViewSpec;
}

/** What a link holds: a document, and the epoch to train to; since a seed gives the same bits, no more is needed. */
export interface LinkState {
  readonly doc: Doc;
  readonly epoch: number;
}
