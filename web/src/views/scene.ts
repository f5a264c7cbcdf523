/** What the views show of a data set: the plane through its inputs, its limits, and where each row lies on it. */

import type { GridSpec, Plane } from "../core/types";
import { writeColumn } from "../state/inputs";
import type { Dataset, InputColumn, PlaneChoice } from "../state/types";
import { cut, short } from "../text/format";
import { principalComponents } from "./components";
import { limitsOf } from "./raster";

type Limits = readonly [number, number];

export interface Scene {
  readonly dataset: Dataset;
  readonly plane: Plane;
  readonly a: Limits;
  readonly b: Limits;
  /** Coordinates of every row on the plane, in the unit of its column; of a curve, b is the target. */
  readonly rowA: Float64Array;
  readonly rowB: Float64Array;
  readonly labelA: string;
  readonly labelB: string;
  /** What lies between the ends of an axis. */
  readonly rangeA: string;
  readonly rangeB: string;
  /** Share of the variance that the plane of components holds, else null. */
  readonly held: number | null;
  /** Whether there is one column, and so a curve instead of a plane. */
  readonly isCurve: boolean;
  readonly isRegression: boolean;
  /** Whether there are more rows than those of any artificial set, so that a first painting takes several frames. */
  readonly isLarge: boolean;
}

const MARGIN = 0.09;
const MANY_ROWS = 5000;

/** Return the plane that a view shows: of two columns these, of more the chosen ones or two components. */
export function sceneOf(dataset: Dataset, choice: PlaneChoice | null): Scene {
  const { columns, nIn, task } = dataset;
  const isCurve = columns.length === 1, isRegression = task === "regression";
  if (choice?.kind === "components" && !isCurve) return componentScene(dataset);
  const [x, y] = shownColumns(dataset, choice);
  const origin = new Float64Array(nIn), at = choice?.kind === "columns" ? choice.at : {};
  for (const column of columns) if (column !== x && column !== y) writeColumn(column, at[column.name] ?? column.median, origin);
  const along = (column: InputColumn) => (value: number) => {
    const inputs = new Float64Array(nIn);
    writeColumn(column, value, inputs);
    return inputs;
  };
  const a = limits(x.values), last = Math.max(1, dataset.classNames.length - 1);
  const b: Limits = !isCurve ? limits(y.values) : isRegression ? limits(dataset.targets, 0.16) : [-0.12 * last, 1.12 * last];
  return {
    dataset, plane: { origin, a: along(x), b: isCurve ? null : along(y) }, a, b, rowA: x.values, rowB: isCurve ? dataset.targets : y.values,
    labelA: x.name, labelB: isCurve ? dataset.targetName : y.name, rangeA: rangeText(a, x), rangeB: rangeText(b, isCurve ? undefined : y),
    held: null, isCurve, isRegression, isLarge: dataset.nRows > MANY_ROWS,
  };
}

/** Return the columns of the two axes: the chosen ones, else the first two of numbers. */
export function shownColumns({ columns }: Dataset, choice: PlaneChoice | null): [InputColumn, InputColumn] {
  const names = choice?.kind === "columns" ? choice : null;
  const ordered = [...columns.filter(({ kind }) => kind === "number"), ...columns];
  const x = columns.find(({ name }) => name === names?.x) ?? ordered[0]!;
  return [x, columns.find((column) => column.name === names?.y && column !== x) ?? ordered.find((column) => column !== x) ?? x];
}

/** Return what differs if a scene shows another plane. */
export function planeKey({ dataset, labelA, labelB, a, b, plane }: Scene): string {
  return `${dataset.key} ${labelA} ${labelB} ${a} ${b} ${plane.origin.length > 2 ? plane.origin.join() : ""}`;
}

/** Return the grid of a scene, with some cells in a row. */
export function gridOf(scene: Scene, nA: number): GridSpec {
  return { plane: scene.plane, a: scene.a, b: scene.isCurve ? [0, 0] : scene.b, nA, nB: scene.isCurve ? 1 : nA };
}

function componentScene(dataset: Dataset): Scene {
  const { nIn, nRows, inputs } = dataset;
  const { mean, scale, first, second, held } = principalComponents(inputs, nRows, nIn);
  const project = (axis: Float64Array) => {
    const out = new Float64Array(nRows);
    for (let j = 0; j < nIn; j++) for (let i = 0; i < nRows; i++) out[i] = out[i]! + ((inputs[j * nRows + i]! - mean[j]!) / scale[j]!) * axis[j]!;
    return out;
  };
  const along = (axis: Float64Array) => (value: number) => axis.map((weight, j) => value * weight * scale[j]!);
  const rowA = project(first), rowB = project(second), a = limits(rowA), b = limits(rowB);
  return {
    dataset, plane: { origin: mean, a: along(first), b: along(second) }, a, b, rowA, rowB,
    labelA: "component 1", labelB: "component 2", rangeA: rangeText(a), rangeB: rangeText(b), held, isCurve: false, isRegression: dataset.task === "regression", isLarge: nRows > MANY_ROWS,
  };
}

function rangeText([low, high]: Limits, column?: InputColumn): string {
  return column?.kind === "category" ? cut(column.levels.join(", ")) : `${short(low)} … ${short(high)}`;
}

function limits(values: Float64Array, margin = MARGIN): Limits {
  let [low, high] = limitsOf(values);
  if (!(high > low)) [low, high] = Number.isFinite(low) ? [low - 1, low + 1] : [-1, 1];
  const more = margin * (high - low);
  return [low - more, high + more];
}
