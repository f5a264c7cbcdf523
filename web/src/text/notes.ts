/** Sentences for what cannot be done, and for what was done to the data. */

import type { Note } from "../state/types";
import { count, cut, plural, short } from "./format";

const name = (value: unknown) => `“${cut(String(value ?? ""), 60)}”`;
const number = (value: unknown) => Number(value ?? 0);

const SENTENCES: Readonly<Record<string, (note: Note) => string>> = {
  "no-points": () => "A data set needs at least one point.",
  "cannot-draw": () => "These data cannot be drawn on: drawing needs two inputs and classes, or one input and numbers. Choose Draw first.",
  "too-many-points": ({ limit }) => `At most ${count(number(limit))} points can be drawn; erase some first.`,
  "no-table": ({ table }) => `The table ${name(table)} is not in this page; data of a file are not part of a link. Drop the file again.`,
  "no-column": ({ column, table }) => `The table ${name(table)} has no column ${name(column)}.`,
  "no-inputs": () => "Choose at least one column to predict from.",
  "target-is-input": ({ column }) => `The column ${name(column)} cannot be predicted from itself; leave it out of the inputs.`,
  "few-rows": ({ rows }) => `Only ${plural(number(rows), "row")} can be used; a network needs at least two.`,
  "text-target": ({ column }) => `The column ${name(column)} holds text; predict it as classes.`,
  "one-class": ({ column }) => `The column ${name(column)} has only one value; choose another column to predict.`,
  "many-inputs": ({ inputs, limit }) => `The columns give ${count(number(inputs))} inputs; at most ${count(number(limit))} fit. Choose fewer columns.`,
  "many-texts": ({ column, limit }) => `The column ${name(column)} has more than ${count(number(limit))} different texts; leave it out.`,
  "empty-column": ({ column }) => `The column ${name(column)} has no value in the training rows; leave it out.`,
  "classes-left-out": ({ classes, rows }) => `Only the ten most frequent classes are kept: ${plural(number(classes), "class", "classes")} with ${plural(number(rows), "row")} ${number(classes) === 1 ? "is" : "are"} left out.`,
  "link-broken": () => "The link is broken or cut off; the page opens as usual.",
  "link-version": ({ version }) => `The link is of version ${String(version)}, newer than this page; open it with a newer Separatrix.`,
  cancelled: () => "Reading was cancelled; nothing has changed.",
  binary: () => "This is not a text file. Save the table as CSV and drop that.",
  "empty-file": () => "The file is empty. A table needs a header and at least two rows.",
  "only-header": ({ file }) => `${name(file)} has a header but no rows.`,
  "one-column": ({ file }) => `${name(file)} has only one column; a network needs one to predict and at least one to predict it from.`,
  "many-columns": ({ columns, limit }) => `The table has ${count(number(columns))} columns; at most ${count(number(limit))} can be read.`,
  "long-line": ({ limit }) => `A line has more than ${count(number(limit))} characters, so this is no table in CSV.`,
  "open-quote": () => "A quotation mark is opened and never closed; correct the file.",
  ragged: ({ rows, cells }) => `${plural(number(rows), "row")} without exactly ${plural(number(cells), "cell")} ${number(rows) === 1 ? "is" : "are"} left out.`,
  "no-header": () => "There is no header; the columns are called column 1, column 2 and so on.",
  "decimal-comma": () => "Numbers are read with a decimal comma.",
  "not-numbers": ({ column, cells }) => `${plural(number(cells), "cell")} of ${name(column)} ${number(cells) === 1 ? "is no number and counts" : "are no numbers and count"} as empty.`,
  sample: ({ rows, of }) => `The page keeps a sample of ${count(number(rows))} of ${count(number(of))} rows.`,
  "formula-long": ({ limit }) => `A formula has at most ${count(number(limit))} characters.`,
  "formula-ends": () => "The formula ends too early; complete it.",
  "formula-empty": () => "The formula has no value for x from −1 to 1, or hardly one; change it.",
  "formula-name": ({ found }) => `${name(found)} is not known in a formula; use x, pi, e, sin, cos, tan, exp, log, tanh, sqrt, abs, floor and sign.`,
  "formula-sign": ({ found, at }) => `${name(found)} at place ${String(at)} is not expected in the formula.`,
  "no-target": ({ rows }) => `${plural(number(rows), "row")} without a value to predict ${number(rows) === 1 ? "is" : "are"} left out.`,
  filled: ({ column, cells, value }) => `${plural(number(cells), "empty cell")} of ${name(column)} ${number(cells) === 1 ? "is" : "are"} filled with ${typeof value === "number" ? `the median ${short(value)}` : `the most frequent value ${name(value)}`}.`,
};

/** Return the sentence of a note. */
export function sentence(note: Note): string {
  return SENTENCES[note.code]?.(note) ?? note.code;
}

/** Why a column is not proposed as an input. */
export const REASONS = { constant: "one value", id: "numbers the rows", "many-texts": "many different texts" } as const;

/** Why a target is taken as classes or as numbers. */
export const TASK_REASONS = {
  text: "It holds text, so each different text is a class.",
  "few-numbers": "It holds few different whole numbers, so each is a class.",
  "many-numbers": "It holds many different numbers, so the network predicts a number.",
} as const;
