/** The document (one frozen value), the data set made from it, and the session that views and panels use. */

import type {
  ActivationName, Curves, Evaluation, GridSpec, GridValues, InitName, Network, Optimizer, OrderName, Position, Rows, Task, Trace,
} from "../core/types";

// ---------------------------------------------------------------- the document

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

export type Tab = "boundary" | "inside" | "arithmetic" | "surface" | "table";

/** What the boundary shows of more than two inputs. */
export type PlaneChoice =
  | { readonly kind: "columns"; readonly x: string; readonly y: string; readonly at: Readonly<Record<string, number>> }
  | { readonly kind: "components" };

export interface ViewSpec {
  readonly tab: Tab;
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
  /** Controls that a lesson hides, by name. */
  readonly hidden: readonly string[];
}

/** Everything a link holds. A change makes a new document; none is ever written to. */
export interface Doc {
  readonly data: DataSpec;
  readonly network: NetworkSpec;
  readonly training: TrainingSpec;
  readonly view: ViewSpec;
}

// ---------------------------------------------------------------- the data set

/** A column that a row is given by: the form "Ask" has a field for each. */
export interface InputColumn {
  readonly name: string;
  readonly kind: "number" | "category";
  /** Categories; empty for numbers. */
  readonly levels: readonly string[];
  /** Of every row, the number in its own unit, or the index of its level. */
  readonly values: Float64Array;
  readonly min: number;
  readonly max: number;
  readonly median: number;
  /** Values are (x - mean) / scale as inputs of the network. */
  readonly mean: number;
  readonly scale: number;
  /** Of the network's inputs, the first of this column; a category has one for each level. */
  readonly input: number;
}

/** A fact about reading or preparing data, put into words by `text`. */
export interface Note {
  readonly code: string;
  readonly [key: string]: string | number;
}

export interface Dataset {
  /** Differs if anything in the data does. */
  readonly key: string;
  readonly title: string;
  readonly task: Task;
  readonly columns: readonly InputColumn[];
  readonly nIn: number;
  /** Names of the network's inputs. */
  readonly inputNames: readonly string[];
  readonly targetName: string;
  readonly classNames: readonly string[];
  /** Classes as numbers, where they are numbers; else null. */
  readonly classNumbers: readonly number[] | null;
  readonly nRows: number;
  /** Inputs of the network, column by column. */
  readonly inputs: Float64Array;
  /** Class index, or the target in its own unit. */
  readonly targets: Float64Array;
  /** 1 for rows held back. */
  readonly isHeldOut: Uint8Array;
  /** `T` is one column: of class indices, or of the target in its own unit. Rows in the order of the split. */
  readonly training: Rows;
  readonly heldOut: Rows | null;
  /** A regression's network predicts (y - mean) / scale. */
  readonly targetMean: number;
  readonly targetScale: number;
  readonly notes: readonly Note[];
}

// ---------------------------------------------------------------- the session

export type Status = "untrained" | "playing" | "paused" | "finished" | "diverged" | "moving";

/** Why training ended by itself. */
export type StopReason =
  | { readonly kind: "epochs"; readonly epoch: number }
  | { readonly kind: "patience"; readonly epoch: number; readonly best: number }
  | { readonly kind: "diverged"; readonly epoch: number };

/** A run that was kept for comparison. */
export interface KeptRun {
  readonly doc: Doc;
  readonly network: Network;
  readonly theta: Float64Array;
  readonly position: Position;
  readonly curves: Curves;
}

/** A parameter by its place: `from` null is the bias. Layers count from 0, the output layer is the last. */
export interface ParameterPlace {
  readonly layer: number;
  readonly unit: number;
  readonly from: number | null;
}

export type Listener<T> = (now: T, before: T) => void;

/**
 * One playground: document, data set, run and timeline. Views read, panels call commands.
 *
 * Reading is cheap: what must be computed is kept until theta changes. `version` counts every change of
 * theta, position or data; `subscribe` calls back after a change of what the selector returns (by `Object.is`).
 */
export interface Session {
  readonly doc: Doc;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly theta: Float64Array;
  readonly position: Position;
  readonly batchesPerEpoch: number;
  readonly curves: Curves;
  readonly status: Status;
  readonly stop: StopReason | null;
  readonly version: number;
  /** Last epoch of the timeline: after a rewind it is beyond the position. */
  readonly lastEpoch: number;
  /** Epochs at which weights were edited or settings changed. */
  readonly branches: readonly number[];
  readonly kept: KeptRun | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Why the last command was not carried out; null after one that was. */
  readonly problem: Note | null;

  subscribe<T>(selector: (session: Session) => T, listener: Listener<T>): () => void;

  /** Evaluate rows with theta as it is now. */
  evaluate(rows: "training" | "heldOut"): Evaluation | null;
  /** Evaluate the network on a grid; with `units` also every hidden unit. A kept run can be evaluated, too. */
  grid(spec: GridSpec, units: boolean, run?: KeptRun): GridValues;
  /** Send one input of the network through it. */
  trace(input: Float64Array): Trace;
  /** Index into theta; null if the layer has no bias. */
  indexOf(place: ParameterPlace): number | null;
  isFrozen(index: number): boolean;

  /** Work for at most `budget` milliseconds: train if playing, move if moving. Returns whether anything changed. */
  tick(budget: number): boolean;
  play(): void;
  pause(): void;
  /** Pause, and do one batch or the rest of the epoch. */
  step(what: "batch" | "epoch"): void;
  /** Pause, and go to an epoch of the timeline, exactly; what lies behind it is kept until something changes. */
  seek(epoch: number): void;
  /** Train on to an epoch as fast as the budget allows, without playing: a link's epoch. */
  reach(epoch: number): void;
  /** The initial weights again, with the same seed. */
  restart(): void;

  /** Replace the whole document: another data set, a link, a classic. */
  open(doc: Doc): void;
  /** New data, network shape, loss, initial weights or seed begin again; a change of training goes on from here. */
  setData(change: Partial<DataSpec>): void;
  setSource(change: Partial<Source>): void;
  setNetwork(change: Partial<NetworkSpec>): void;
  setLayer(layer: number, change: Partial<LayerSpec>): void;
  addLayer(at: number): void;
  removeLayer(at: number): void;
  setTraining(change: Partial<TrainingSpec>): void;
  setView(change: Partial<ViewSpec>): void;
  /** Pause, begin a branch, set a parameter. With `merge`, the same edit goes on (a drag): one step of undo. */
  edit(index: number, value: number, merge?: boolean): void;
  setFrozen(indices: readonly number[], frozen: boolean): void;
  /** Add or erase points of a drawn source; another source becomes a drawn one first. */
  addPoints(points: readonly (readonly number[])[], merge?: boolean): void;
  erasePoints(at: readonly [number, number], radius: number, merge?: boolean): void;
  undo(): void;
  redo(): void;
  keep(): void;
  forget(): void;
}
