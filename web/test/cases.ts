/** The trainings of reference.json, as the page does them. */

import { dense } from "../src/core/network";
import { startOf, Trainer } from "../src/core/trainer";
import type { HeadName, InitName, Network, Optimizer, OrderName, Rows } from "../src/core/types";
import reference from "./reference.json";

const N_ROWS = 60;

export interface Case {
  hidden: number[];
  activation: string[];
  dropout: number[];
  bias: boolean;
  head: string;
  n_out: number;
  init: string;
  optimizer: Record<string, unknown>;
  rate: number;
  l1: number;
  l2: number;
  batch: number | null;
  order: string;
  seed: number;
  epochs: number;
  initial: number[];
  theta: number[];
  loss: number;
  held_out_loss: number;
  held_out_score: number;
}

export const CASES = reference.cases as unknown as Record<string, Case>;

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return a.length === b.length ? largest : NaN;
}

function target(head: string, nOut: number, k: number, a: number, b: number): number {
  const score = Math.floor(a * 3 + b * b * 2 + 20);
  if (head === "multiclass") return score % nOut;
  if (head === "regression") return a * (k + 1) - b * b;
  if (head === "quadratic" && nOut > 1) return score % nOut === k ? 1 : 0;
  if (head === "poisson") return score % 4;
  return Math.floor((score + k) / 2) % 2;
}

export function rowsOf(points: number[][], head: string, nOut: number): Rows {
  const n = points.length;
  const nTargets = head === "multiclass" ? 1 : nOut;
  const X = new Float64Array(2 * n);
  const T = new Float64Array(nTargets * n);
  points.forEach(([a, b], i) => {
    X[i] = a!;
    X[n + i] = b!;
    for (let k = 0; k < nTargets; k++) T[k * n + i] = target(head, nOut, k, a!, b!);
  });
  return { nRows: n, X, T };
}

function optimizerOf({ name, ...values }: Record<string, unknown>): Optimizer {
  const names: Record<string, string> = {
    beta_1: "beta1", beta_2: "beta2", epsilon_hat: "epsilonHat", weight_decay: "weightDecay", nesterovs_momentum: "nesterov",
  };
  return Object.fromEntries([["name", name], ...Object.entries(values).map(([k, v]) => [names[k] ?? k, v])]) as unknown as Optimizer;
}

export function trainerOf(one: Case): Trainer {
  const network: Network = {
    nIn: 2,
    layers: [
      ...one.hidden.map((units, l) => dense(units, one.activation[l] as never, one.bias, one.dropout[l])),
      dense(one.n_out, "identity", one.bias),
    ],
    head: one.head as HeadName,
  };
  const plan = {
    network, optimizer: optimizerOf(one.optimizer), rate: one.rate, l1: one.l1, l2: one.l2,
    batchSize: one.batch ?? Infinity, order: one.order as OrderName, frozen: [],
  };
  const start = startOf(plan, one.init as InitName, one.seed, null);
  const points = reference.rows;
  return new Trainer(
    start.plan, rowsOf(points.slice(0, N_ROWS), one.head, one.n_out), rowsOf(points.slice(N_ROWS), one.head, one.n_out), start,
  );
}

export function train(trainer: Trainer, nEpochs: number): void {
  for (let epoch = 0; epoch < nEpochs; ) if (trainer.next() === "epoch") epoch++;
}
