/** The data set that is made from a document, and the session that views and panels use. */

import type { Curves, Evaluation, GridSpec, GridValues, Network, Position, Rows, Task, Trace } from "../core/types";
import type { DataSpec, Doc, LayerSpec, NetworkSpec, Source, TrainingSpec, ViewSpec } from "./document";

export type * from "./document";

// ---------------------------------------------------------------- the data set

/** How a model that was made elsewhere turns a value (of a category its index) into inputs: linear between knots, constant beyond. */
export interface ColumnCode {
  /** Of the inputs. */
  readonly names: readonly string[];
  readonly knots: readonly number[];
  /** For each input its values at the knots. */
  readonly features: readonly (readonly number[])[];
  /** For each input its value where the cell is empty. */
  readonly missing: readonly number[];
}

/** What a column has of a date or time: the column of dates, "days", "year", "month", "weekday", "hour" or "time", and the first moment (seconds since 1970). */
export type DatePart = readonly [of: string, part: string, first: number];

/** A column that a row is given by: the form "Ask" has a field for each, for the parts of a date one. */
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
  /** Values are (x - mean) / scale as inputs of the network, unless there is a code. */
  readonly mean: number;
  readonly scale: number;
  readonly code: ColumnCode | null;
  /** Without a code, what an empty cell counts as; NaN if no cell was empty. */
  readonly gap: number;
  readonly date?: DatePart | undefined;
  /** Of the network's inputs, the first of this column; a category has one for each level. */
  readonly input: number;
}

/** A fact about reading or preparing data, put into words by `text`. */
export interface Note {
  readonly code: string;
  readonly [key: string]: string | number;
}

/** What a model says of itself, each as JSON of Python: numbers of JavaScript would forget which of them are floats. */
export interface Described {
  readonly classes: string;
  readonly encoder: string;
  readonly feature_names: string;
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
  /** What a model that was made elsewhere says of its columns and classes, as JSON of Python; else null. */
  readonly described: Described | null;
}

// ---------------------------------------------------------------- the session

export type Status = "untrained" | "playing" | "paused" | "finished" | "diverged" | "moving";

/** Why training ended by itself. */
export type StopReason =
  | { readonly kind: "epochs"; readonly epoch: number }
  | { readonly kind: "patience"; readonly epoch: number; readonly best: number }
  | { readonly kind: "diverged"; readonly epoch: number };

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
  /** With the epoch of the lowest held-back loss (training loss, if nothing is held back). */
  readonly curves: Curves & { readonly bestEpoch: number };
  readonly status: Status;
  readonly stop: StopReason | null;
  readonly version: number;
  /** Last epoch of the timeline: after a rewind it is beyond the position. */
  readonly lastEpoch: number;
  /** Epochs at which weights were edited or settings changed. */
  readonly branches: readonly number[];
  /** Curves of a run that was kept, to compare with. */
  readonly kept: Curves | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Why the last command was not carried out; null after one that was. */
  readonly problem: Note | null;

  subscribe<T>(selector: (session: Session) => T, listener: Listener<T>): () => void;

  /** Evaluate rows with theta as it is now. */
  evaluate(rows: "training" | "heldOut"): Evaluation | null;
  /** Evaluate the network on a grid; with `units` also every hidden unit. */
  grid(spec: GridSpec, units: boolean): GridValues;
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

  /** Replace the whole document: another data set, a link, a classic. With `isFirst` there is nothing to undo. */
  open(doc: Doc, isFirst?: boolean): void;
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
