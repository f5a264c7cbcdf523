/** Tables: their columns, and what is guessed about them. */

import type { Task } from "../core/types";
import { MAX_CLASSES } from "../state/defaults";
import type { ColumnCode, DatePart, Described, Note, TableSource } from "../state/types";

export interface TableColumn {
  readonly name: string;
  readonly kind: "number" | "text";
  /** Numbers, or indices into `levels`; NaN or -1 where a value is missing. */
  readonly values: Float64Array;
  /** Different texts, sorted; those of numbers if there are few, else empty. */
  readonly levels: readonly string[];
  readonly nMissing: number;
  readonly nDifferent: number;
  readonly code?: ColumnCode;
  readonly date?: DatePart | undefined;
}

export interface DataTable {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Rows that are here, and rows of the file. */
  readonly nRows: number;
  readonly nRowsOfFile: number;
  readonly notes: readonly Note[];
  /** What the model says that the table came with; see `Dataset`. */
  readonly described?: Described;
}

/** What the sheet of a new table proposes. */
export interface Proposal {
  readonly target: string;
  readonly task: Task;
  readonly inputs: readonly string[];
  /** Columns that are not proposed, with the reason: constant, id, many-texts. */
  readonly leftOut: readonly { readonly name: string; readonly reason: "constant" | "id" | "many-texts" }[];
  /** Why the task: text, few-numbers, many-numbers. */
  readonly reason: "text" | "few-numbers" | "many-numbers";
}

/** Levels up to which text is turned into inputs. */
export const MAX_LEVELS = 12;
const TARGET_NAMES = /^(target|class|label|labels|outcome|species|result|y|quality|diagnosis|survived|category)$/iu;
const ID_NAMES = /^(id|index|no|nr|number|row|rownames|unnamed: 0|name|passengerid|.*[_ ]id)$/iu;

/** Propose what to predict and from what; `wanted` is the column to predict, if it is known. */
export function propose(table: DataTable, wanted?: string): Proposal {
  const usable = table.columns.filter((column) => whyNotTarget(column, table.nRows) === null);
  const target =
    table.columns.find((column) => column.name === wanted) ?? usable.find((column) => TARGET_NAMES.test(column.name)) ?? usable[usable.length - 1] ?? table.columns[table.columns.length - 1]!;
  const { task, reason } = taskOf(target);
  const others = table.columns.filter((column) => column !== target);
  const inputs = others.filter((column) => whyNotInput(column, table.nRows) === null);
  const leftOut = others.flatMap((column) => {
    const why = whyNotInput(column, table.nRows);
    return why === null ? [] : [{ name: column.name, reason: why }];
  });
  return { target: target.name, task, reason, inputs: inputs.map((column) => column.name), leftOut };
}

/** Return why nothing can learn from a choice of columns, null if that is not plain before the rows are read. */
export function whyNot({ columns, nRows }: DataTable, { target, task, inputs }: Proposal): Note | null {
  const { nDifferent } = columns.find(({ name }) => name === target)!;
  if (nRows < 2) return { code: "few-rows", rows: nRows };
  if (task === "classification" && nDifferent < 2) return { code: "one-class", column: target };
  return inputs.length ? null : { code: "no-inputs" };
}

/** Return the source that a proposal describes. */
export function sourceOf(table: DataTable, { target, task, inputs }: Proposal): TableSource {
  return { kind: "table", table: table.name, target, task, inputs, scale: true, seed: 1 };
}

/** Guess whether a column has classes or numbers. */
export function taskOf(column: TableColumn): { task: Task; reason: Proposal["reason"] } {
  if (column.kind === "text") return { task: "classification", reason: "text" };
  const isWhole = column.values.every((value) => Number.isNaN(value) || Number.isInteger(value));
  if (isWhole && column.nDifferent <= MAX_CLASSES) return { task: "classification", reason: "few-numbers" };
  return { task: "regression", reason: "many-numbers" };
}

function whyNotTarget(column: TableColumn, nRows: number): string | null {
  if (column.nDifferent < 2) return "constant";
  if (column.kind === "text" && column.nDifferent > 50) return "many-texts";
  return isId(column, nRows) && !TARGET_NAMES.test(column.name) ? "id" : null;
}

function whyNotInput(column: TableColumn, nRows: number): "constant" | "id" | "many-texts" | null {
  if (column.nDifferent < 2) return "constant";
  if (column.kind === "text" && column.nDifferent > MAX_LEVELS) return "many-texts";
  return isId(column, nRows) ? "id" : null;
}

/** Whether a column only numbers the rows. */
function isId(column: TableColumn, nRows: number): boolean {
  if (column.kind === "text") return false;
  if (column.nDifferent < nRows || nRows < 3) return false;
  const { values } = column;
  if (values.every((value, i) => i === 0 || value === values[i - 1]! + 1)) return true;
  return ID_NAMES.test(column.name) && values.every(Number.isInteger);
}
