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

export interface Readings {
  /** Return the evaluation of theta; of many rows the last one that is ready (at first that of some), while `work` computes the next. */
  evaluate(which: "training" | "heldOut", theta: Float64Array, version: number): Evaluation | null;
  /** Do a block of an evaluation that is going on; return false if there is none. */
  work(): boolean;
  grid(spec: GridSpec, units: boolean, theta: Float64Array): GridValues;
  trace(input: Float64Array, theta: Float64Array): Trace;
}

export function readingsOf(network: Network, dataset: Dataset, rows: { readonly training: Rows; readonly heldOut: Rows | null }): Readings {
  const most = Math.max(100, Math.floor(AT_ONCE / nParameters(network)));
  const grids = new Map<string, GridEvaluator>();
  const scale = { mean: dataset.targetMean, scale: dataset.targetScale };
  const reading = (of: Rows | null): Reading | null => of && {
    evaluator: new Evaluator(network, of), first: of.nRows > most ? new Evaluator(network, firstOf(of, most)) : null, version: -1, result: null, running: null,
  };
  const sets = { training: reading(rows.training), heldOut: reading(rows.heldOut) };
  return {
    evaluate(which, theta, version) {
      const set = sets[which];
      if (set === null || set.version === version) return set && set.result;
      if (set.first === null) {
        set.version = version;
        return (set.result = set.evaluator.run(theta));
      }
      set.result ??= set.first.run(theta);
      if (set.running === null) {
        set.evaluator.begin(theta);
        set.running = version;
      }
      return set.result;
    },
    work() {
      for (const set of [sets.training, sets.heldOut]) {
        if (!set || set.running === null) continue;
        if (set.evaluator.next()) {
          set.result = set.evaluator.result();
          set.version = set.running;
          set.running = null;
        }
        return true;
      }
      return false;
    },
    grid(spec, units, theta) {
      const key = `${spec.nA} ${spec.nB} ${units}`;
      let evaluator = grids.get(key);
      if (evaluator === undefined) {
        if (grids.size >= MAX_GRIDS) grids.delete(grids.keys().next().value!);
        evaluator = new GridEvaluator(network, spec.nA, spec.nB, units);
        grids.set(key, evaluator);
      }
      return evaluator.run(theta, spec, scale);
    },
    trace: (input, theta) => traceOf(network, theta, input, scale),
  };
}

function firstOf({ nRows, X, T }: Rows, n: number): Rows {
  const cut = (columns: Float64Array) => columns.filter((_, i) => i % nRows < n);
  return { nRows: n, X: cut(X), T: cut(T) };
}
