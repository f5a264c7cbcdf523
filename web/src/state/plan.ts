/** From a document and its data set: the network, the plan of its training, the rows as the engine reads them. */

import { dense, layout } from "../core/network";
import type { HeadName, Network, Plan, Rows } from "../core/types";
import { LOSSES } from "./defaults";
import type { Dataset, NetworkSpec, ParameterPlace, TrainingSpec } from "./types";

export function headOf(spec: NetworkSpec, dataset: Dataset): HeadName {
  const losses = LOSSES[dataset.task];
  const loss = losses.includes(spec.loss) ? spec.loss : losses[0];
  if (loss === "quadratic") return "quadratic";
  if (loss === "poisson" && dataset.targets.every((value) => value >= 0)) return "poisson";
  if (dataset.task === "regression") return "regression";
  return dataset.classNames.length > 2 ? "multiclass" : "binary";
}

export function networkOf(spec: NetworkSpec, dataset: Dataset): Network {
  const nOut = dataset.task === "classification" && dataset.classNames.length > 2 ? dataset.classNames.length : 1;
  const hidden = spec.hidden.map((layer) => dense(layer.units, layer.activation, spec.bias, layer.dropout));
  return { nIn: dataset.nIn, layers: [...hidden, dense(nOut, "identity", spec.bias)], head: headOf(spec, dataset) };
}

export function planOf(network: Network, training: TrainingSpec): Omit<Plan, "dropoutSeed"> {
  const { optimizer, rate, l2, l1, order, frozen } = training;
  return { network, optimizer, rate, l2, l1, order, frozen, batchSize: training.batch === "full" ? Infinity : training.batch };
}

/** Return the rows with targets as the head wants them. */
export function rowsFor(head: HeadName, dataset: Dataset, rows: Rows): Rows {
  const { nRows, X, T } = rows;
  if (head === "regression") {
    const { targetMean, targetScale } = dataset;
    return { nRows, X, T: T.map((value) => (value - targetMean) / targetScale) };
  }
  const k = dataset.classNames.length;
  if (head === "quadratic" && k > 2) {
    const columns = new Float64Array(k * nRows);
    T.forEach((value, i) => (columns[value * nRows + i] = 1));
    return { nRows, X, T: columns };
  }
  return rows;
}

/** Return the index of a parameter in `theta`; null if the layer has no bias. */
export function indexOf(network: Network, { layer, unit, from }: ParameterPlace): number | null {
  const slice = layout(network)[layer];
  if (slice === undefined) return null;
  if (from === null) return slice.end > slice.bias ? slice.bias + unit : null;
  return slice.weight + from * slice.nOut + unit;
}
