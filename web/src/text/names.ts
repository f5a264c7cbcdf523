/** Names of everything that a control chooses. */

import type { ActivationName, InitName, OptimizerName, OrderName } from "../core/types";
import type { Doc, LossName, Source, ToyName } from "../state/types";
import { count, short } from "./format";

export const ACTIVATIONS: Readonly<Record<ActivationName, string>> = {
  tanh: "tanh", logistic: "logistic", relu: "ReLU", leaky_relu: "leaky ReLU", elu: "ELU", selu: "SELU", gelu: "GELU", silu: "SiLU",
  softplus: "softplus", mish: "Mish", identity: "identity",
};

export const OPTIMIZERS: Readonly<Record<OptimizerName, string>> = {
  sgd: "SGD", adam: "Adam", adamw: "AdamW", rmsprop: "RMSprop", adagrad: "Adagrad", lion: "Lion",
};

export const INITS: Readonly<Record<InitName, string>> = {
  glorot: "Glorot", he: "He", lecun: "LeCun", torch: "as PyTorch", uniform01: "from 0 to 1", zeros: "all zero",
};

export const ORDERS: Readonly<Record<OrderName, string>> = {
  shuffle: "shuffled", sequential: "as they come", replacement: "with replacement",
};

export const LOSSES: Readonly<Record<LossName, string>> = {
  "cross-entropy": "cross-entropy", quadratic: "squared error", squared: "squared error", poisson: "Poisson",
};

export const TOYS: Readonly<Record<ToyName, string>> = {
  circles: "Circles", "ten-points": "Ten points", gaussians: "Clouds", moons: "Moons", bumps: "Bumps", spiral: "Spiral", xor: "XOR",
  checkerboard: "Checkers", blobs: "Blobs", waves: "Waves",
};

/** Short names of what a plot shows. */
export const PLOT = { plane: "Boundary", curve: "Curve", surface: "Prediction" } as const;

/** Return what the page calls the data. */
export function sourceName(source: Source): string {
  switch (source.kind) {
    case "toy": return TOYS[source.name];
    case "drawn": return "Drawn points";
    case "formula": return "Points around a graph";
    case "table": return source.table;
  }
}

/** Return what a closed line on loss and penalties says. */
export function lossSummary(doc: Doc, loss: LossName): string {
  const { l1, l2 } = doc.training;
  const parts = [l2 > 0 ? `L2\u00a0${short(l2)}` : "", l1 > 0 ? `L1\u00a0${short(l1)}` : "", doc.network.hidden.some((layer) => layer.dropout > 0) ? "dropout" : ""];
  const penalties = parts.filter(Boolean).join(", ");
  return `${LOSSES[loss]}${penalties ? `, ${penalties}` : ""}`;
}

export function initSummary(doc: Doc): string {
  return doc.network.given ? "given" : `${INITS[doc.network.init]}, seed\u00a0${doc.network.seed}`;
}

export function stopSummary(doc: Doc): string {
  const { epochs, patience } = doc.training.stop;
  const parts = [epochs === null ? "" : `at epoch ${count(epochs)}`, patience === null ? "" : `${count(patience)} without gain`];
  return parts.filter(Boolean).join(", or ") || "never";
}

/** Return a speed as text. */
export function speedText(speed: number): string {
  if (speed >= 1) return `${count(speed)} ${speed === 1 ? "epoch" : "epochs"} a frame`;
  return `an epoch in ${Math.round(1 / speed)} frames`;
}
