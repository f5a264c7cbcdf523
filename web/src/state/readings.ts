/** What views ask of a network: evaluations, grids, one row. Kept until theta changes. */

import { Evaluator } from "../core/evaluator";
import { GridEvaluator, traceOf } from "../core/grid";
import { nParameters } from "../core/network";
import type { Evaluation, GridSpec, GridValues, Network, Rows, Trace } from "../core/types";
import type { Dataset } from "./types";

/** Rows times parameters up to which an evaluation is done at once: a few milliseconds. */
const AT_ONCE = 2e6;
const MAX_GRIDS = 8;

interface Reading {
  readonly evaluator: Evaluator;
  /** Of many rows, the evaluator of the first of them, for a first answer. */
  readonly first: Evaluator | null;
  /** Version of the last result, and of the evaluation that is going on. */
  version: number;
  result: Evaluation | null;
  running: number | null;
}

export class Readings {
  private readonly sets: { training: Reading | null; heldOut: Reading | null };
  private readonly grids = new Map<string, GridEvaluator>();

  constructor(private readonly network: Network, private readonly dataset: Dataset, training: Rows, heldOut: Rows | null) {
    const most = Math.max(100, Math.floor(AT_ONCE / nParameters(network)));
    const reading = (rows: Rows | null): Reading | null => {
      if (rows === null) return null;
      const first = rows.nRows > most ? new Evaluator(network, firstOf(rows, most)) : null;
      return { evaluator: new Evaluator(network, rows), first, version: -1, result: null, running: null };
    };
    this.sets = { training: reading(training), heldOut: reading(heldOut) };
  }

  /** Return the evaluation of theta; of many rows the last one that is ready (at first that of some), while `work` computes the next. */
  evaluate(which: "training" | "heldOut", theta: Float64Array, version: number): Evaluation | null {
    const reading = this.sets[which];
    if (reading === null) return null;
    if (reading.version === version) return reading.result;
    if (reading.first === null) {
      reading.result = reading.evaluator.run(theta);
      reading.version = version;
      return reading.result;
    }
    reading.result ??= reading.first.run(theta);
    if (reading.running === null) {
      reading.evaluator.begin(theta);
      reading.running = version;
    }
    return reading.result;
  }

  /** Do a block of an evaluation that is going on; return false if there is none. */
  work(): boolean {
    for (const reading of [this.sets.training, this.sets.heldOut]) {
      if (reading === null || reading.running === null) continue;
      if (reading.evaluator.next()) {
        reading.result = reading.evaluator.result();
        reading.version = reading.running;
        reading.running = null;
      }
      return true;
    }
    return false;
  }

  /** Evaluate a grid; `kept` is the network of a kept run, whose arrays are others. */
  grid(spec: GridSpec, units: boolean, theta: Float64Array, kept: Network | null): GridValues {
    const key = `${spec.nA} ${spec.nB} ${units} ${kept === null ? "" : JSON.stringify(kept)}`;
    let evaluator = this.grids.get(key);
    if (evaluator === undefined) {
      if (this.grids.size >= MAX_GRIDS) this.grids.delete(this.grids.keys().next().value!);
      evaluator = new GridEvaluator(kept ?? this.network, spec.nA, spec.nB, units);
      this.grids.set(key, evaluator);
    }
    return evaluator.run(theta, spec, { mean: this.dataset.targetMean, scale: this.dataset.targetScale });
  }

  trace(input: Float64Array, theta: Float64Array): Trace {
    return traceOf(this.network, theta, input, { mean: this.dataset.targetMean, scale: this.dataset.targetScale });
  }
}

function firstOf({ nRows, X, T }: Rows, n: number): Rows {
  const cut = (columns: Float64Array) => {
    const result = new Float64Array((columns.length / nRows) * n);
    for (let j = 0; j * nRows < columns.length; j++) result.set(columns.subarray(j * nRows, j * nRows + n), j * n);
    return result;
  };
  return { nRows: n, X: cut(X), T: cut(T) };
}
