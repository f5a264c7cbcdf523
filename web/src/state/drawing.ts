/** Points that are set and erased by hand. */

import { MAX_CLASSES } from "./defaults";
import { Problem } from "./problem";
import type { Dataset, Doc, DrawnSource } from "./types";

export const MAX_DRAWN = 5000;

export function withPoints(doc: Doc, dataset: Dataset, points: readonly (readonly number[])[]): DrawnSource {
  const source = drawnOf(doc, dataset);
  const all = [...source.points, ...points.filter((point) => point.every(Number.isFinite)).map(rounded)];
  if (all.length > MAX_DRAWN) throw new Problem({ code: "too-many-points", limit: MAX_DRAWN });
  const classes =
    source.task === "classification" ? Math.max(source.classes, ...points.map((point) => (point[2] ?? 0) + 1)) : 0;
  return { ...source, points: all, classes: Math.min(classes, MAX_CLASSES) };
}

export function withoutPointsNear(
  doc: Doc, dataset: Dataset, [a, b]: readonly [number, number], radius: number,
): DrawnSource {
  const source = drawnOf(doc, dataset);
  const points = source.points.filter(([x, y]) => (x! - a) * (x! - a) + (y! - b) * (y! - b) > radius * radius);
  return { ...source, points };
}

/** Return the data as drawn points; those of a table, or of a line with classes, cannot be drawn. */
function drawnOf({ data: { source } }: Doc, dataset: Dataset): DrawnSource {
  if (source.kind === "drawn") return source;
  const { task, nIn, nRows, inputs, targets, columns } = dataset;
  const isPlain = columns.every(({ kind, mean, scale, code }) => kind === "number" && mean === 0 && scale === 1 && !code);
  if (!isPlain || nIn !== (task === "classification" ? 2 : 1)) throw new Problem({ code: "cannot-draw" });
  const points = Array.from({ length: nRows }, (_, i) => [
    ...Array.from({ length: nIn }, (_, j) => inputs[j * nRows + i]!),
    targets[i]!,
  ]).map(rounded);
  return { kind: "drawn", task, classes: dataset.classNames.length, points };
}

/** Three decimals are finer than a pen, and keep links short. */
function rounded(point: readonly number[]): number[] {
  return point.map((value) => Math.round(value * 1000) / 1000);
}
