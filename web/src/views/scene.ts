/** What the views show of a data set: the plane through its inputs, its limits, and where each row lies on it. */

import type { GridSpec, Plane } from "../core/types";
import { principalComponents } from "./components";
import { limitsOf } from "./raster";
import type { Dataset, InputColumn, PlaneChoice } from "../state/types";

export interface Scene {
  readonly dataset: Dataset;
  readonly plane: Plane;
  readonly a: readonly [number, number];
  readonly b: readonly [number, number];
  /** Coordinates of every row on the plane; of a curve, b is the target. */
  readonly rowA: Float64Array;
  readonly rowB: Float64Array;
  readonly labelA: string;
  readonly labelB: string;
  /** From a coordinate to the number that an axis shows. */
  readonly showA: (a: number) => number;
  readonly showB: (b: number) => number;
  /** Share of the variance that the plane of components holds, else null. */
  readonly held: number | null;
  /** Whether there is one input, and so a curve instead of a plane. */
  readonly isCurve: boolean;
  readonly isRegression: boolean;
}

const MARGIN = 0.09;

/** Return the plane that a view shows: of two inputs these, of more the chosen columns or two components. */
export function sceneOf(dataset: Dataset, choice: PlaneChoice | null): Scene {
  if (dataset.nIn === 1) return curveScene(dataset);
  if (choice?.kind === "components" && dataset.nIn > 2) return componentScene(dataset);
  const numbers = dataset.columns.filter((column) => column.kind === "number");
  const named = (name: string | undefined, other: InputColumn | undefined) => dataset.columns.find((column) => column.name === name) ?? other;
  const columns = choice?.kind === "columns" ? choice : null;
  const x = named(columns?.x, numbers[0] ?? dataset.columns[0])!;
  const y = named(columns?.y, [...numbers, ...dataset.columns].find((column) => column !== x)) ?? x;
  const origin = originOf(dataset, columns?.at ?? {});
  const i = x.input, j = y === x ? Math.min(x.input + 1, dataset.nIn - 1) : y.input;
  origin[i] = 0;
  origin[j] = 0;
  const rowA = columnOf(dataset, i), rowB = columnOf(dataset, j);
  return {
    dataset, plane: { origin, u: unitVector(dataset.nIn, i), v: unitVector(dataset.nIn, j) },
    a: limits(rowA), b: limits(rowB), rowA, rowB,
    labelA: x.kind === "number" ? x.name : dataset.inputNames[i]!,
    labelB: y.kind === "number" && y !== x ? y.name : dataset.inputNames[j]!,
    showA: (a) => (x.kind === "number" ? a * x.scale + x.mean : a),
    showB: (b) => (y.kind === "number" ? b * y.scale + y.mean : b),
    held: null, isCurve: false, isRegression: dataset.task === "regression",
  };
}

/** Return what differs if a scene shows another plane. */
export function planeKey({ dataset, labelA, labelB, a, b, plane }: Scene): string {
  return `${dataset.key} ${labelA} ${labelB} ${a} ${b} ${plane.origin.length > 2 ? plane.origin.join() : ""}`;
}

/** Return the inputs of the point at (a, b). */
export function inputsAt(scene: Scene, a: number, b: number): Float64Array {
  const { origin, u, v } = scene.plane;
  return origin.map((value, k) => value + a * u[k]! + (v ? b * v[k]! : 0));
}

/** Return the coordinates of inputs on the plane, as `rowA` and `rowB` of a row. */
export function gridOf(scene: Scene, nA: number): GridSpec {
  return { plane: scene.plane, a: scene.a, b: scene.isCurve ? [0, 0] : scene.b, nA, nB: scene.isCurve ? 1 : nA };
}

function curveScene(dataset: Dataset): Scene {
  const rowA = columnOf(dataset, 0), column = dataset.columns[0]!;
  const isRegression = dataset.task === "regression";
  const last = Math.max(1, dataset.classNames.length - 1);
  return {
    dataset, plane: { origin: new Float64Array(1), u: unitVector(1, 0), v: null },
    a: limits(rowA), b: isRegression ? limits(dataset.targets, 0.16) : [-0.12 * last, 1.12 * last], rowA, rowB: dataset.targets,
    labelA: column.name, labelB: dataset.targetName,
    showA: (a) => a * column.scale + column.mean, showB: (b) => b, held: null, isCurve: true, isRegression,
  };
}

function componentScene(dataset: Dataset): Scene {
  const { mean, first, second, held } = principalComponents(dataset.inputs, dataset.nRows, dataset.nIn);
  const project = (axis: Float64Array) => {
    const out = new Float64Array(dataset.nRows);
    for (let j = 0; j < dataset.nIn; j++) {
      const weight = axis[j]!, centre = mean[j]!;
      for (let i = 0; i < dataset.nRows; i++) out[i] = out[i]! + (dataset.inputs[j * dataset.nRows + i]! - centre) * weight;
    }
    return out;
  };
  const rowA = project(first), rowB = project(second);
  return {
    dataset, plane: { origin: mean, u: first, v: second }, a: limits(rowA), b: limits(rowB), rowA, rowB,
    labelA: "component 1", labelB: "component 2", showA: (a) => a, showB: (b) => b, held, isCurve: false, isRegression: dataset.task === "regression",
  };
}

/** Return the inputs of a row whose columns have the values of `at`, else their medians or most frequent levels. */
function originOf(dataset: Dataset, at: Readonly<Record<string, number>>): Float64Array {
  const origin = new Float64Array(dataset.nIn);
  for (const column of dataset.columns) {
    const value = at[column.name];
    if (column.kind === "number") origin[column.input] = ((value ?? column.median) - column.mean) / (column.scale || 1);
    else origin[column.input + Math.max(0, Math.min(column.levels.length - 1, Math.round(value ?? column.median)))] = 1;
  }
  return origin;
}

function columnOf(dataset: Dataset, j: number): Float64Array {
  return dataset.inputs.subarray(j * dataset.nRows, (j + 1) * dataset.nRows);
}

function unitVector(n: number, k: number): Float64Array {
  const vector = new Float64Array(n);
  vector[k] = 1;
  return vector;
}

function limits(values: Float64Array, margin = MARGIN): readonly [number, number] {
  let [low, high] = limitsOf(values);
  if (!(high > low)) [low, high] = Number.isFinite(low) ? [low - 1, low + 1] : [-1, 1];
  const more = margin * (high - low);
  return [low - more, high + more];
}
