/** The limits of a document, the defaults of its values, and the document of the first screen. */

import { OPTIMIZERS } from "../core/optimizers";
import type { LossName, LayerSpec, ToyName, ToySource, ViewSpec, TrainingSpec, NetworkSpec, Doc } from "./types";
import type { Task } from "../core/types";

export const MAX_LAYERS = 6;
export const MAX_UNITS = 32;
/** A network that was trained elsewhere may have more. */
export const MAX_GIVEN_UNITS = 256;
export const MAX_CLASSES = 10;
export const MAX_HELD_OUT = 0.8;
/** A training that nothing else stops ends here; the curves of more epochs would fill the memory. */
export const MAX_EPOCHS = 1_000_000;

/** What can be set of a toy, and its values at first. */
export interface ToyTraits {
  readonly task: Task;
  readonly nIn: 1 | 2;
  readonly points: number;
  /** Fixed sets have no points, noise or seed to set. */
  readonly isFixed: boolean;
  readonly noise: number;
  readonly maxNoise: number;
  readonly classes: number;
  readonly hasClasses: boolean;
}

const TOY: ToyTraits = {
  task: "classification", nIn: 2, points: 400, isFixed: false, noise: 0.1, maxNoise: 0.5, classes: 2, hasClasses: false,
};

export const TOYS: Readonly<Record<ToyName, ToyTraits>> = {
  circles: { ...TOY, points: 500, noise: 0.15 },
  "ten-points": { ...TOY, points: 10, noise: 0, isFixed: true },
  gaussians: { ...TOY, points: 40, noise: 1, maxNoise: 2 },
  moons: { ...TOY, points: 1000 },
  bumps: { ...TOY, nIn: 1, points: 100, noise: 0, isFixed: true },
  spiral: { ...TOY, points: 360, noise: 0.02, maxNoise: 0.2, hasClasses: true },
  xor: { ...TOY, noise: 0.05 },
  checkerboard: { ...TOY, points: 1000, noise: 0 },
  blobs: { ...TOY, points: 300, noise: 0.5, maxNoise: 1.5, classes: 4, hasClasses: true },
  waves: { ...TOY, task: "regression", nIn: 1, points: 200, noise: 0.2, maxNoise: 1 },
};

export function toySource(name: ToyName): ToySource {
  const { points, noise, classes } = TOYS[name];
  return { kind: "toy", name, points, noise, classes, seed: 1 };
}

/** The losses of a task; the first is its default. */
export const LOSSES: Readonly<Record<Task, readonly LossName[]>> = {
  classification: ["cross-entropy", "quadratic"],
  regression: ["squared", "poisson"],
};

export function layerSpec(units: number, activation: LayerSpec["activation"] = "tanh", dropout = 0): LayerSpec {
  return { units, activation, dropout };
}

export const NETWORK: NetworkSpec = {
  hidden: [layerSpec(8), layerSpec(6)], bias: true, loss: "cross-entropy", init: "glorot", seed: 1, given: null,
};

export const TRAINING: TrainingSpec = {
  optimizer: OPTIMIZERS.adam, rate: 0.03, batch: 32, order: "shuffle", l2: 0, l1: 0,
  stop: { epochs: null, patience: null }, frozen: [],
};

export const VIEW: ViewSpec = {
  speed: 1, plane: null, marked: null, unit: null, showHeldOut: true, classic: null,
};

export const FIRST: Doc = {
  data: { source: toySource("spiral"), heldOut: 1 / 3, splitSeed: 1 }, network: NETWORK, training: TRAINING, view: VIEW,
};
