/** The trained network as the Python package describes a model. */

import { layout } from "../core/network";
import type { Network } from "../core/types";
import type { Dataset, Session } from "../state/types";
import type { ModelDescription } from "./format";
import { Float, Raw } from "./json";

export interface LayerWeights {
  /** (nIn, nOut), row by row. */
  readonly weight: Float64Array;
  readonly bias: Float64Array | null;
  readonly nIn: number;
  readonly nOut: number;
}

/** A model as `Model.to_dict` describes it, and its parameters. */
export interface ExportedModel {
  readonly description: ModelDescription;
  readonly layers: readonly LayerWeights[];
}

export function modelOf(session: Session): ExportedModel {
  const { network, dataset, position, curves } = session;
  const layers = layersOf(network, session.theta, dataset);
  const { seed, init } = session.doc.network, { described } = dataset;
  return {
    layers,
    description: {
      network: {
        n_in: network.nIn,
        layers: network.layers.map(({ units, activation, dropout }, l) => ({
          kind: "dense", units, activation, use_bias: layers[l]!.bias !== null, dropout: new Float(dropout),
        })),
        head: network.head,
      },
      classes: described ? new Raw(described.classes) : classesOf(dataset),
      encoder: described ? new Raw(described.encoder) : encoderOf(dataset),
      feature_names: described ? new Raw(described.feature_names) : dataset.inputNames,
      target_name: dataset.targetName,
      training: { made_with: "playground", epochs: position.epoch, loss: curves.loss[position.epoch] ?? null, seed, init },
    },
  };
}

/** Weights of each layer; a regression's last layer predicts the target in its own unit. */
function layersOf(network: Network, theta: Float64Array, { targetMean, targetScale }: Dataset): LayerWeights[] {
  const slices = layout(network);
  return slices.map(({ nIn, nOut, weight, bias, end }, l) => {
    const layer = { weight: theta.slice(weight, bias), bias: end > bias ? theta.slice(bias, end) : null, nIn, nOut };
    const isScaled = targetMean !== 0 || targetScale !== 1;
    if (network.head !== "regression" || l < slices.length - 1 || !isScaled) return layer;
    const scaled = (layer.bias ?? new Float64Array(nOut)).map((value) => value * targetScale + targetMean);
    return { ...layer, weight: layer.weight.map((value) => value * targetScale), bias: scaled };
  });
}

function classesOf({ task, classNames, classNumbers }: Dataset): ModelDescription["classes"] {
  if (task === "regression") return null;
  if (classNumbers === null) return { dtype: "str", labels: classNames };
  const isWhole = classNumbers.every(Number.isSafeInteger);
  return { dtype: isWhole ? "int64" : "float64", labels: isWhole ? classNumbers : classNumbers.map((value) => new Float(value)) };
}

/** How columns become inputs; null if the inputs are the columns. */
function encoderOf({ columns }: Dataset): ModelDescription["encoder"] {
  if (columns.every(({ kind, mean, scale }) => kind === "number" && mean === 0 && scale === 1)) return null;
  return {
    columns: columns.map(({ kind, name, median, mean, scale, levels }) =>
      kind === "number"
        ? { kind: "numeric", name, fill: new Float(median), mean: new Float(mean), scale: new Float(scale), indicator: false }
        : { kind: "text", name, levels, missing: false, other: false },
    ),
    dropped: {},
  };
}

/** Return the rows of a weight matrix. */
export function matrixOf({ weight, nOut }: LayerWeights): Float64Array[] {
  return Array.from({ length: weight.length / nOut }, (_, i) => weight.slice(i * nOut, (i + 1) * nOut));
}
