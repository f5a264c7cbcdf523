/** From the description of data to a data set: toys, drawn points, graphs of functions, tables. */

import { RandomState } from "../core/random";
import { blobs, bumps, checkerboard, circles, empty, gaussians, moons, spiral, tenPoints, waves, withNoise, type Points } from "../core/toys";
import type { Rows } from "../core/types";
import { TOYS } from "../state/defaults";
import { Problem } from "../state/problem";
import type { DataSpec, Dataset, DrawnSource, FormulaSource, Source, ToySource } from "../state/types";
import { compile } from "./formula";
import { encodeTable } from "./encode";
import { numberColumn, pick, splitRows, type Prepared, type Split } from "./prepared";
import type { DataTable } from "./table";

/** Names of the classes of points without a table, in the order of their marks. */
export const MARK_NAMES = [
  "circle", "star", "square", "triangle", "diamond", "wedge", "plus", "cross", "pentagon", "hexagon",
] as const;

/** Makes data sets; tables are looked up by name. */
export class DataMaker {
  readonly tables = new Map<string, DataTable>();
  /** The last data set that was made ahead. */
  private ahead: Dataset | null = null;

  /** Return a data set. Throws a `Problem` if there can be no such one. */
  readonly prepare = (spec: DataSpec): Dataset => {
    if (this.ahead?.key === JSON.stringify(spec)) return this.ahead;
    const steps = this.steps(spec);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
    }
  };

  /** Make a data set ahead, in steps between which the page may answer; `prepare` then returns it at once. */
  async prepareAhead(spec: DataSpec, pause: () => Promise<void>): Promise<void> {
    const steps = this.steps(spec);
    for (;;) {
      await pause();
      const { done, value } = steps.next();
      if (!done) continue;
      this.ahead = value;
      return;
    }
  }

  private *steps(spec: DataSpec): Generator<void, Dataset> {
    const { source } = spec;
    if (source.kind !== "table") {
      const prepared = plain(source);
      return finish(spec, prepared, splitRows(prepared.points.nRows, spec.heldOut, spec.splitSeed));
    }
    const table = this.tables.get(source.table);
    if (table === undefined) throw new Problem({ code: "no-table", table: source.table });
    const encoded = yield* encodeTable(table, source, spec);
    yield;
    return finish(spec, encoded.prepared, encoded.split);
  }
}

function plain(source: Exclude<Source, { kind: "table" }>): Prepared {
  const points = pointsOf(source);
  const task = source.kind === "toy" ? TOYS[source.name].task : source.kind === "drawn" ? source.task : "classification";
  const nClasses = source.kind === "toy" ? classesOf(source) : source.kind === "drawn" ? Math.max(2, source.classes) : 2;
  const inputNames = points.nIn === 1 ? ["x"] : ["x₁", "x₂"];
  return {
    title: source.kind === "toy" ? source.name : source.kind,
    points, task, inputNames,
    columns: inputNames.map((name, j) => numberColumn(name, points.X.subarray(j * points.nRows, (j + 1) * points.nRows), j)),
    targetName: task === "regression" ? "y" : "class",
    classNames: task === "regression" ? [] : MARK_NAMES.slice(0, nClasses),
    classNumbers: task === "regression" ? null : Array.from({ length: nClasses }, (_, k) => k),
    targetMean: 0, targetScale: 1, notes: [], described: null,
  };
}

function classesOf({ name, classes }: ToySource): number {
  return TOYS[name].hasClasses ? classes : 2;
}

function pointsOf(source: ToySource | DrawnSource | FormulaSource): Points {
  return source.kind === "drawn" ? drawn(source) : source.kind === "formula" ? aboveAndBelow(source) : toyPoints(source);
}

/** Draw the points of an artificial data set. */
export function toyPoints({ name, points, noise, seed, classes }: ToySource): Points {
  switch (name) {
    case "circles":
      return circles(points, noise, seed);
    case "ten-points":
      return tenPoints();
    case "gaussians":
      return gaussians(points, noise, seed);
    case "moons":
      return moons(points, noise, seed);
    case "bumps":
      return bumps();
    case "spiral":
      return spiral(points, noise, seed, classes);
    case "xor":
      return checkerboard(points, noise, seed, 2);
    case "checkerboard":
      return checkerboard(points, noise, seed, 4);
    case "blobs":
      return blobs(points, noise, seed, classes);
    case "waves":
      return waves(points, noise, seed);
  }
}

function drawn({ points, task, classes }: DrawnSource): Points {
  const nIn = task === "classification" ? 2 : 1;
  if (points.length === 0) throw new Problem({ code: "no-points" });
  const isClass = (value: number) => task === "regression" || (Number.isInteger(value) && value >= 0 && value < Math.max(2, classes));
  if (!points.every((point) => point.length === nIn + 1 && isClass(point[nIn]!))) throw new Problem({ code: "link-value", path: "points" });
  const result = empty(points.length, nIn);
  points.forEach((point, i) => {
    for (let j = 0; j < nIn; j++) result.X[j * points.length + i] = point[j]!;
    result.y[i] = point[nIn]!;
  });
  return result;
}

/** Places that are drawn for each point, at most, until the function has a value there. */
const MAX_TRIES = 1000;

/** Points of the square from -1 to 1 where f has a value; class 1 above the graph x2 = f(x1), noise added afterwards. */
function aboveAndBelow({ formula, points: n, noise, seed }: FormulaSource): Points {
  const f = compile(formula);
  const random = new RandomState(seed);
  const points = empty(n, 2);
  for (let i = 0, tries = 0; i < n; ) {
    const a = random.uniform(-1, 1), b = random.uniform(-1, 1), height = f(a);
    if (++tries > MAX_TRIES * n) throw new Problem({ code: "formula-empty" });
    if (!Number.isFinite(height)) continue;
    points.X[i] = a;
    points.X[n + i] = b;
    points.y[i++] = b > height ? 1 : 0;
  }
  return withNoise(points, noise, random);
}

function finish(spec: DataSpec, prepared: Prepared, split: Split): Dataset {
  const { points, ...rest } = prepared;
  const isHeldOut = new Uint8Array(points.nRows);
  split.heldOut.forEach((row) => (isHeldOut[row] = 1));
  return {
    ...rest,
    key: JSON.stringify(spec), nIn: points.nIn, nRows: points.nRows, inputs: points.X, targets: points.y, isHeldOut,
    training: take(points, split.training),
    heldOut: split.heldOut.length === 0 ? null : take(points, split.heldOut),
  };
}

function take(points: Points, rows: Int32Array): Rows {
  const n = rows.length;
  const X = new Float64Array(n * points.nIn);
  for (let j = 0; j < points.nIn; j++) X.set(pick(points.X.subarray(j * points.nRows, (j + 1) * points.nRows), rows), j * n);
  return { nRows: n, X, T: pick(points.y, rows) };
}
