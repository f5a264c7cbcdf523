/** From a table and chosen columns to rows for the network. */

import { empty, type Points } from "../core/toys";
import { MAX_CLASSES } from "../state/defaults";
import { Problem } from "../state/problem";
import { codedValues } from "../state/inputs";
import type { DataSpec, InputColumn, Note, TableSource } from "../state/types";
import { numberColumn, pick, splitRows, type Prepared, type Split } from "./prepared";
import { MAX_LEVELS, type DataTable, type TableColumn } from "./table";

/** Inputs of the network, at most: more make a picture of nothing. */
export const MAX_INPUTS = 100;

/** Encode the chosen columns; after each the caller may let the page answer. */
export function* encodeTable(table: DataTable, source: TableSource, spec: DataSpec): Generator<void, { prepared: Prepared; split: Split }> {
  const notes: Note[] = [];
  const target = columnOf(table, source.target);
  const chosen = source.inputs.map((name) => columnOf(table, name));
  if (chosen.length === 0) throw new Problem({ code: "no-inputs" });
  if (chosen.includes(target)) throw new Problem({ code: "target-is-input", column: target.name });
  const goal = source.task === "classification" ? classesOf(target, notes) : numbersOf(target);
  yield;
  const rows = rowsWithTarget(goal.values, notes);
  if (rows.length < 2) throw new Problem({ code: "few-rows", rows: rows.length });
  const split = splitRows(rows.length, spec.heldOut, spec.splitSeed);
  yield;
  const { points, columns, inputNames } = yield* inputsOf(chosen, rows, split, source.scale, notes);
  points.y.set(pick(goal.values, rows));
  const scale = source.task === "regression" && source.scale ? meanAndScale(points.y, split.training) : { mean: 0, scale: 1 };
  const prepared: Prepared = {
    title: table.name, points, task: source.task, columns, inputNames, targetName: target.name,
    classNames: goal.classNames, classNumbers: goal.classNumbers, targetMean: scale.mean, targetScale: scale.scale, notes: [...table.notes, ...notes],
    described: chosen.length === table.columns.length - 1 ? table.described ?? null : null,
  };
  return { prepared, split };
}

function columnOf(table: DataTable, name: string): TableColumn {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new Problem({ code: "no-column", column: name, table: table.name });
  return column;
}

interface Goal {
  /** Class index or number; NaN for rows to leave out. */
  readonly values: Float64Array;
  readonly classNames: readonly string[];
  readonly classNumbers: readonly number[] | null;
}

function numbersOf(target: TableColumn): Goal {
  if (target.kind === "text") throw new Problem({ code: "text-target", column: target.name });
  return { values: target.values, classNames: [], classNumbers: null };
}

/** The most frequent classes, up to ten, in the order of their labels. */
function classesOf(target: TableColumn, notes: Note[]): Goal {
  const counts = new Map<number, number>();
  for (const value of target.values) if (!isMissing(target, value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size < 2) throw new Problem({ code: "one-class", column: target.name });
  const byCount = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const kept = byCount.slice(0, MAX_CLASSES).map(([value]) => value).sort((a, b) => a - b);
  const leftOut = byCount.slice(MAX_CLASSES).reduce((sum, [, count]) => sum + count, 0);
  if (leftOut > 0) notes.push({ code: "classes-left-out", classes: counts.size - MAX_CLASSES, rows: leftOut });
  const index = new Map(kept.map((value, k) => [value, k]));
  return {
    values: codesOf(target, index),
    classNames: kept.map((value) => (target.kind === "text" ? target.levels[value]! : String(value))),
    classNumbers: target.kind === "text" ? null : kept,
  };
}

/** Return the class of each row, NaN if it has none of those that are kept. */
function codesOf({ kind, values, levels }: TableColumn, index: ReadonlyMap<number, number>): Float64Array {
  const codes = kind === "text" ? levels.map((_, level) => index.get(level) ?? NaN) : null;
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    result[i] = (codes === null ? index.get(value) : codes[value]) ?? NaN;
  }
  return result;
}

function rowsWithTarget(values: Float64Array, notes: Note[]): number[] {
  const rows: number[] = [];
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) rows.push(i);
  });
  const missing = values.length - rows.length - notes.reduce((sum, note) => sum + Number(note.rows ?? 0), 0);
  if (missing > 0) notes.push({ code: "no-target", rows: missing });
  return rows;
}

function* inputsOf(
  chosen: readonly TableColumn[], rows: readonly number[], split: Split, scale: boolean, notes: Note[],
): Generator<void, { points: Points; columns: InputColumn[]; inputNames: string[] }> {
  const nIn = chosen.reduce((sum, column) => sum + width(column), 0);
  if (nIn > MAX_INPUTS && !chosen.some(({ code }) => code)) throw new Problem({ code: "many-inputs", inputs: nIn, limit: MAX_INPUTS });
  const points = empty(rows.length, nIn);
  const columns: InputColumn[] = [];
  const inputNames: string[] = [];
  for (const column of chosen) {
    const values = pick(column.values, rows);
    const input = inputNames.length;
    const { code } = column;
    const gap = code ? NaN : fillMissing(column, values, split.training, notes);
    const add = (described: InputColumn, names: readonly string[]) => {
      columns.push({ ...described, input, gap, date: column.date });
      inputNames.push(...names);
    };
    const to = points.X.subarray(input * rows.length, (input + width(column)) * rows.length);
    if (code) {
      add({ ...(column.kind === "number" ? numberColumn(column.name, values, input) : categories(column, values)), code }, code.names);
      values.forEach((value, i) => codedValues(code, isMissing(column, value) ? NaN : value).forEach((feature, k) => { to[k * rows.length + i] = feature; }));
    } else if (column.kind === "number") {
      const { mean, scale: size } = scale ? meanAndScale(values, split.training) : { mean: 0, scale: 1 };
      add(numberColumn(column.name, values, input, mean, size), [column.name]);
      for (let i = 0; i < values.length; i++) to[i] = (values[i]! - mean) / size;
    } else {
      add(categories(column, values), column.levels.map((level) => `${column.name}=${level}`));
      values.forEach((value, i) => (to[value * rows.length + i] = 1));
    }
    yield;
  }
  return { points, columns, inputNames };
}

function width(column: TableColumn): number {
  if (column.code) return column.code.names.length;
  if (column.kind === "number") return 1;
  if (column.nDifferent > MAX_LEVELS) throw new Problem({ code: "many-texts", column: column.name, limit: MAX_LEVELS });
  return column.levels.length;
}

function categories(column: TableColumn, values: Float64Array): InputColumn {
  return {
    name: column.name, kind: "category", levels: column.levels, values, min: 0, max: column.levels.length - 1,
    median: mostFrequent(values), mean: 0, scale: 1, code: null, gap: NaN, input: 0,
  };
}

/** Fill gaps with the median, or the most frequent text, of the training rows; return it, or NaN if there is no gap. */
function fillMissing(column: TableColumn, values: Float64Array, training: Int32Array, notes: Note[]): number {
  if (column.nMissing === 0) return NaN;
  const known = pick(values, training).filter((value) => !isMissing(column, value));
  const count = values.reduce((sum, value) => sum + (isMissing(column, value) ? 1 : 0), 0);
  if (known.length === 0) throw new Problem({ code: "empty-column", column: column.name });
  if (count === 0) return NaN;
  const fill = column.kind === "number" ? numberColumn("", known, 0).median : mostFrequent(known);
  values.forEach((value, i) => {
    if (isMissing(column, value)) values[i] = fill;
  });
  notes.push({ code: "filled", column: column.name, cells: count, value: column.kind === "number" ? fill : column.levels[fill]! });
  return fill;
}

function isMissing(column: TableColumn, value: number): boolean {
  return column.kind === "number" ? Number.isNaN(value) : value < 0;
}

function mostFrequent(values: Float64Array): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]![0];
}

/** Mean and standard deviation of some rows; 1 instead of a deviation of 0. */
function meanAndScale(values: Float64Array, rows: Int32Array): { mean: number; scale: number } {
  let sum = 0;
  for (const row of rows) sum += values[row]!;
  const mean = sum / rows.length;
  let squares = 0;
  for (const row of rows) squares += (values[row]! - mean) * (values[row]! - mean);
  const scale = Math.sqrt(squares / rows.length);
  return { mean, scale: scale > 0 ? scale : 1 };
}
