/** Loss and score of many rows, block by block. */

import { applyOutput, lossAndGradient, predictedClass } from "./heads";
import { nOutputs, taskOf } from "./network";
import { BLOCK, Pass } from "./pass";
import type { Evaluation, Network, Rows } from "./types";

/** Evaluates one set of rows; `begin`, then `next` until it returns true, then `result`. */
export class Evaluator {
  private readonly pass: Pass;
  private readonly scratch: Float64Array;
  private readonly targets: Float64Array;
  private readonly isClassifier: boolean;
  private readonly nOut: number;
  private readonly nTargets: number;
  private readonly spreads: Float64Array;
  private readonly residuals: Float64Array;
  private confusion: number[][] = [];
  private start = 0;
  private loss = 0;
  private nRight = 0;

  constructor(readonly network: Network, readonly rows: Rows) {
    const stride = Math.max(1, Math.min(BLOCK, rows.nRows));
    this.pass = new Pass(network, stride);
    this.nOut = nOutputs(network);
    this.isClassifier = taskOf(network.head) === "classification";
    this.nTargets = rows.nRows > 0 ? rows.T.length / rows.nRows : 1;
    this.scratch = new Float64Array(this.nOut * stride);
    this.targets = new Float64Array(this.nTargets * stride);
    this.residuals = new Float64Array(this.nOut);
    this.spreads = this.isClassifier ? new Float64Array(0) : spreads(rows, this.nOut);
  }

  begin(theta: Float64Array): void {
    this.pass.theta.set(theta);
    this.start = 0;
    this.loss = 0;
    this.nRight = 0;
    this.residuals.fill(0);
    const k = Math.max(2, this.nOut);
    const hasClasses = this.isClassifier && this.network.head !== "multilabel";
    this.confusion = hasClasses ? Array.from({ length: k }, () => new Array<number>(k).fill(0)) : [];
  }

  /** Evaluate one block; return whether all rows are done. */
  next(): boolean {
    const { rows, pass, network, nOut } = this;
    const n = Math.min(pass.stride, rows.nRows - this.start);
    if (n > 0) {
      copyColumns(rows.X, rows.nRows, this.start, pass.inputs, network.nIn, pass.stride, n);
      copyColumns(rows.T, rows.nRows, this.start, this.targets, this.nTargets, pass.stride, n);
      pass.forward(n);
      this.loss += lossAndGradient(network.head, pass.logits, this.targets, this.scratch, nOut, pass.stride, n);
      if (this.isClassifier) this.count(n);
      else this.addResiduals(n);
      this.start += n;
    }
    return this.start >= rows.nRows;
  }

  result(): Evaluation {
    const n = this.rows.nRows;
    const score = this.isClassifier ? this.nRight / n : this.r2();
    return { nRows: n, loss: this.loss / n, score, nRight: this.nRight, confusion: this.confusion };
  }

  /** Evaluate all rows at once. */
  run(theta: Float64Array): Evaluation {
    this.begin(theta);
    while (!this.next());
    return this.result();
  }

  private count(n: number): void {
    const { pass, nOut, targets } = this;
    const z = pass.logits;
    for (let r = 0; r < n; r++) {
      if (this.confusion.length === 0) {
        let right = true;
        for (let o = r; o < nOut * pass.stride; o += pass.stride) right &&= z[o] > 0 === targets[o] > 0.5;
        if (right) this.nRight++;
        continue;
      }
      const is = this.nTargets > 1 ? predictedClass(targets, r, this.nTargets, pass.stride) : Math.round(targets[r]);
      const said = predictedClass(z, r, nOut, pass.stride);
      this.confusion[is][said]++;
      if (is === said) this.nRight++;
    }
  }

  private addResiduals(n: number): void {
    const { pass, nOut, scratch, targets } = this;
    applyOutput(this.network.head, pass.logits, scratch, nOut, pass.stride, n);
    for (let o = 0; o < nOut; o++)
      for (let r = o * pass.stride; r < o * pass.stride + n; r++) this.residuals[o] += square(targets[r] - scratch[r]);
  }

  /** R², averaged over the outputs, as scikit-learn's `r2_score`. */
  private r2(): number {
    if (this.rows.nRows < 2) return NaN;
    let total = 0;
    this.spreads.forEach((spread, o) => {
      total += spread === 0 ? (this.residuals[o] === 0 ? 1 : 0) : 1 - this.residuals[o] / spread;
    });
    return total / this.nOut;
  }
}

/** Copy rows [start, start + n) of columns of `nRows` values into a block. */
export function copyColumns(
  from: Float64Array, nRows: number, start: number, to: Float64Array, nColumns: number, stride: number, n: number,
): void {
  for (let j = 0; j < nColumns; j++) {
    const p = j * nRows + start;
    const q = j * stride;
    for (let r = 0; r < n; r++) to[q + r] = from[p + r];
  }
}

function spreads(rows: Rows, nOut: number): Float64Array {
  const result = new Float64Array(nOut);
  for (let o = 0; o < nOut; o++) {
    const t = rows.T.subarray(o * rows.nRows, (o + 1) * rows.nRows);
    const mean = t.reduce((sum, value) => sum + value, 0) / rows.nRows;
    result[o] = t.reduce((sum, value) => sum + square(value - mean), 0);
  }
  return result;
}

function square(x: number): number {
  return x * x;
}
