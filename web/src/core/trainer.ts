/** Training: batches, steps, epochs, in small pieces of work, and everything that it remembers as a value. */

import { copyColumns, Evaluator } from "./evaluator";
import { initialTheta } from "./initial";
import { hasDropout, layout } from "./network";
import { newMoments, sign, takeStep, type Moments } from "./optimizers";
import { BLOCK, Pass } from "./pass";
import { mix32, RandomState, type RandomMemory } from "./random";
import type { Evaluation, InitName, LayerSlice, Network, Plan, Rows } from "./types";

/** A moment of a training, with the plan that holds from it on. Training on from it gives the same bits. */
export interface Snapshot {
  readonly plan: Plan;
  readonly epoch: number;
  readonly batch: number;
  readonly step: number;
  readonly lossSum: number;
  readonly theta: Float64Array;
  readonly slots: readonly Float64Array[];
  readonly powers: readonly [number, number];
  readonly random: RandomMemory;
  /** The order of the rows in the last epoch (empty until there is one), and whether it is that of this epoch. */
  readonly order: Int32Array;
  readonly isDrawn: boolean;
}

export type Work = "block" | "batch" | "epoch" | "diverged";

/** Return the moment before the first step: weights drawn by `seed`, or those given. */
export function startOf(
  plan: Omit<Plan, "dropoutSeed">, init: InitName, seed: number, given: ArrayLike<number> | null,
): Snapshot {
  const random = new RandomState(seed);
  const theta = given === null ? initialTheta(plan.network, init, random) : Float64Array.from(given);
  // As the estimators do: without dropout nothing is drawn for it.
  const dropoutSeed = hasDropout(plan.network) ? random.uint32() : mix32(seed);
  const { slots } = newMoments(plan.optimizer.name, theta.length);
  return {
    plan: { ...plan, dropoutSeed }, epoch: 0, batch: 0, step: 0, lossSum: 0, theta, slots, powers: [1, 1],
    random: random.save(), order: new Int32Array(0), isDrawn: false,
  };
}

export class Trainer {
  epoch = 0;
  batch = 0;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  /** Of the last whole epoch: mean loss of its batches, and evaluation of the held-out rows. */
  lastLoss = NaN;
  lastHeldOut: Evaluation | null = null;
  private readonly network: Network;
  private readonly drops: boolean;
  private readonly slices: readonly LayerSlice[];
  private readonly pass: Pass;
  private readonly targets: Float64Array;
  private readonly nTargets: number;
  private readonly gradient: Float64Array;
  private readonly kept: Float64Array;
  private readonly evaluator: Evaluator | null;
  private readonly random = new RandomState(0);
  private moments: Moments;
  private order: Int32Array;
  private isDrawn = false;
  private step = 0;
  private lossSum = 0;
  /** Rows done of the batch that is being worked on, and the sum of their losses. */
  private rowsDone = 0;
  private batchLoss = 0;
  private isEvaluating = false;

  constructor(readonly plan: Plan, readonly rows: Rows, heldOut: Rows | null, start: Snapshot) {
    this.network = plan.network;
    this.drops = hasDropout(plan.network);
    this.slices = layout(plan.network);
    this.batchSize = rowsOfStep(plan, rows);
    this.batchesPerEpoch = Math.max(1, Math.ceil(rows.nRows / this.batchSize));
    this.pass = new Pass(plan.network, Math.min(BLOCK, this.batchSize));
    this.nTargets = rows.nRows > 0 ? rows.T.length / rows.nRows : 1;
    this.targets = new Float64Array(this.nTargets * this.pass.stride);
    this.gradient = new Float64Array(this.pass.theta.length);
    this.kept = new Float64Array(plan.frozen.length);
    this.evaluator = heldOut === null ? null : new Evaluator(plan.network, heldOut);
    this.moments = newMoments(plan.optimizer.name, this.pass.theta.length);
    this.order = start.order;
    this.load(start);
  }

  /** The parameters now: a view, never to be written to. */
  get theta(): Float64Array {
    return this.pass.theta;
  }

  /** Go to a moment. Vectors of another optimiser are forgotten. */
  load(snapshot: Snapshot): void {
    this.epoch = snapshot.epoch;
    this.batch = Math.floor((snapshot.batch * rowsOfStep(snapshot.plan, this.rows)) / this.batchSize);
    this.step = snapshot.step;
    this.lossSum = snapshot.lossSum;
    this.pass.theta.set(snapshot.theta);
    this.moments = newMoments(this.plan.optimizer.name, snapshot.theta.length);
    if (snapshot.plan.optimizer.name === this.plan.optimizer.name) {
      snapshot.slots.forEach((slot, i) => this.moments.slots[i].set(slot));
      [this.moments.power1, this.moments.power2] = snapshot.powers;
    }
    this.random.load(snapshot.random);
    this.order = snapshot.order.slice();
    this.isDrawn = snapshot.isDrawn;
    this.rowsDone = 0;
    this.isEvaluating = false;
  }

  save(): Snapshot {
    return {
      plan: this.plan, epoch: this.epoch, batch: this.batch, step: this.step, lossSum: this.lossSum,
      theta: this.pass.theta.slice(), slots: this.moments.slots.map((slot) => slot.slice()),
      powers: [this.moments.power1, this.moments.power2], random: this.random.save(), order: this.order.slice(), isDrawn: this.isDrawn,
    };
  }

  /** Do one block of rows and return what it completed. After "diverged" load an earlier moment. */
  next(): Work {
    if (this.rows.nRows === 0) throw new Error("There are no rows to train on.");
    if (this.batch >= this.batchesPerEpoch) return this.endEpoch();
    if (!this.isDrawn) this.drawOrder();
    const first = this.batch * this.batchSize;
    const size = Math.min(this.batchSize, this.rows.nRows - first);
    if (this.rowsDone === 0) {
      this.gradient.fill(0);
      this.batchLoss = 0;
    }
    const n = Math.min(this.pass.stride, size - this.rowsDone);
    this.gather(first + this.rowsDone, n);
    const { dropoutSeed: seed } = this.plan;
    this.pass.forward(n, this.drops ? { seed, step: this.step, firstRow: this.rowsDone } : null);
    this.batchLoss += this.pass.backward(this.targets, this.gradient, n, this.drops);
    this.rowsDone += n;
    if (this.rowsDone < size) return "block";
    this.endBatch(size);
    if (!Number.isFinite(this.lossSum)) return "diverged";
    return this.batch < this.batchesPerEpoch ? "batch" : this.endEpoch();
  }

  private endBatch(size: number): void {
    const { gradient, plan, pass } = this;
    const loss = (this.batchLoss + this.addPenalty()) / size;
    const share = 1 / size;
    for (let i = 0; i < gradient.length; i++) gradient[i] *= share;
    for (let i = 0; i < plan.frozen.length; i++) this.kept[i] = pass.theta[plan.frozen[i]];
    takeStep(plan.optimizer, plan.rate, pass.theta, gradient, this.moments);
    for (let i = 0; i < plan.frozen.length; i++) pass.theta[plan.frozen[i]] = this.kept[i];
    this.lossSum += loss * size;
    this.step++;
    this.batch++;
    this.rowsDone = 0;
  }

  /** Add the gradient of the penalty to that of the losses, and return the penalty. */
  private addPenalty(): number {
    const { l2, l1 } = this.plan;
    if (l2 === 0 && l1 === 0) return 0;
    const theta = this.pass.theta;
    let squares = 0;
    let sizes = 0;
    for (const { weight, bias } of this.slices)
      for (let i = weight; i < bias; i++) {
        const w = theta[i];
        this.gradient[i] += l2 * w + l1 * sign(w);
        squares += w * w;
        sizes += w < 0 ? -w : w;
      }
    return (l2 / 2) * squares + l1 * sizes;
  }

  /** Evaluate the held-out rows block by block, then end the epoch. */
  private endEpoch(): Work {
    if (!Number.isFinite(this.pass.theta.reduce((sum, value) => sum + value, 0))) return "diverged";
    if (this.evaluator !== null) {
      if (!this.isEvaluating) this.evaluator.begin(this.pass.theta);
      this.isEvaluating = true;
      if (!this.evaluator.next()) return "block";
      this.lastHeldOut = this.evaluator.result();
      this.isEvaluating = false;
    }
    this.lastLoss = this.lossSum / this.rows.nRows;
    this.lossSum = 0;
    this.batch = 0;
    this.isDrawn = false;
    this.epoch++;
    return "epoch";
  }

  private drawOrder(): void {
    this.isDrawn = true;
    const n = this.rows.nRows;
    const { order } = this.plan;
    if (order === "replacement") this.order = Int32Array.from({ length: n }, () => this.random.interval(n - 1));
    else if (order === "sequential" || this.batchesPerEpoch === 1) this.order = new Int32Array(0);
    else {
      if (this.order.length === 0) this.order = Int32Array.from({ length: n }, (_, i) => i);
      this.random.shuffle(this.order);
    }
  }

  /** Fill the pass with rows of the epoch, from place `start` of its order. */
  private gather(start: number, n: number): void {
    const { rows, pass, order } = this;
    if (order.length === 0) {
      copyColumns(rows.X, rows.nRows, start, pass.inputs, this.network.nIn, pass.stride, n);
      copyColumns(rows.T, rows.nRows, start, this.targets, this.nTargets, pass.stride, n);
    } else {
      gatherColumns(rows.X, rows.nRows, order, start, pass.inputs, pass.stride, n);
      gatherColumns(rows.T, rows.nRows, order, start, this.targets, pass.stride, n);
    }
  }
}

function rowsOfStep(plan: Plan, rows: Rows): number {
  return Math.max(1, Math.min(plan.batchSize, rows.nRows));
}

function gatherColumns(
  from: Float64Array, nRows: number, order: Int32Array, start: number, to: Float64Array, stride: number, n: number,
): void {
  for (let p = 0, q = 0; p < from.length; p += nRows, q += stride)
    for (let r = 0; r < n; r++) to[q + r] = from[p + order[start + r]];
}
