/** What Python put into the page: a toy, a table, or a network with its rows. */

import type { InitName } from "../core/types";
import { CLASSICS } from "../data/classics";
import type { DataTable, TableColumn } from "../data/table";
import { MAX_LEVELS, propose, sourceOf } from "../data/table";
import { FIRST, TOYS, toySource } from "../state/defaults";
import type { Doc, LossName, Note, ToyName } from "../state/types";
import type { Cell, Column, ModelColumn, Start } from "./format";

export interface Opening {
  readonly doc: Doc;
  readonly table: DataTable | null;
  /** Whether training begins by itself: not on a network that is trained already. */
  readonly plays: boolean;
}

/** Read the start out of the page; null if there is none. */
export function readStart(document: Document): Start | null {
  const text = document.getElementById("separatrix-start")?.textContent;
  return text ? (JSON.parse(text) as Start) : null;
}

export function openingOf(start: Start | null): Opening {
  if (start?.kind === "table") return ofTable(start);
  if (start?.kind === "model") return ofModel(start);
  const classic = CLASSICS.find(({ toy }) => toy === start?.toy);
  if (classic) return { doc: classic.doc, table: null, plays: true };
  const name = start?.toy && start.toy in TOYS ? (start.toy as ToyName) : "";
  return { doc: name ? { ...FIRST, data: { ...FIRST.data, source: toySource(name) } } : CLASSICS[0]!.doc, table: null, plays: true };
}

function ofTable(start: Extract<Start, { kind: "table" }>): Opening {
  const table = { ...tableOf(start.name, start.columns), notes: notesOf(start) };
  const proposal = { ...propose(table, start.target), task: start.task };
  const training = { ...FIRST.training, rate: 0.01 };
  return { doc: { ...FIRST, data: { ...FIRST.data, source: sourceOf(table, proposal) }, training }, table, plays: true };
}

function ofModel(start: Extract<Start, { kind: "model" }>): Opening {
  const { classes, y, network } = start;
  const goal: TableColumn = classes
    ? { name: start.target, kind: "text", values: Float64Array.from(y), levels: classes, nMissing: 0, nDifferent: classes.length }
    : numbers(start.target, y);
  const inputs = start.columns.map(modelColumn);
  const table: DataTable = { name: start.name, columns: [...inputs, goal], nRows: y.length, nRowsOfFile: y.length, notes: notesOf(start), described: start.described };
  const hidden = network.layers.slice(0, -1).map(({ units, activation, dropout }) => ({ units, activation, dropout }));
  const losses: Readonly<Record<string, LossName>> = { quadratic: "quadratic", regression: "squared", poisson: "poisson" };
  const doc: Doc = {
    ...FIRST,
    data: { source: { kind: "table", table: start.name, target: start.target, inputs: inputs.map(({ name }) => name), task: classes ? "classification" : "regression", scale: false, seed: 1 }, heldOut: 0, splitSeed: 1 },
    network: { hidden, bias: network.layers[0]!.use_bias, loss: losses[network.head] ?? "cross-entropy", init: "glorot" satisfies InitName, seed: 1, given: { theta: start.theta } },
    training: { ...FIRST.training, rate: 0.003 },
  };
  return { doc, table, plays: false };
}

/** Return sentences of Python as notes: a code without words of the page's own is the sentence. */
function notesOf({ notes }: Start): Note[] {
  return notes.map((code) => ({ code }));
}

/** Return a column with the code that turns its cells into inputs. */
function modelColumn({ name, cells, levels, inputs, knots, features, missing, date }: ModelColumn): TableColumn {
  const column = { ...(levels ? texts(name, cells, levels) : numbers(name, cells)), date };
  return inputs ? { ...column, code: { names: inputs, knots: knots ?? column.levels.map((_, k) => k), features: features!, missing: missing! } } : column;
}

/** Return a table of cells: numbers, or text where one is text. */
export function tableOf(name: string, columns: readonly Column[]): DataTable {
  const nRows = columns[0]?.cells.length ?? 0;
  return {
    name, nRows, nRowsOfFile: nRows, notes: [],
    columns: columns.map(({ name: key, cells, date }) => ({ ...(cells.some((cell) => typeof cell === "string") ? texts(key, cells) : numbers(key, cells)), date })),
  };
}

function numbers(name: string, cells: readonly Cell[]): TableColumn {
  const values = Float64Array.from(cells, (cell) => (cell === null ? NaN : Number(cell)));
  const different = new Set(values);
  different.delete(NaN);
  const nMissing = values.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0);
  const levels = different.size <= MAX_LEVELS ? [...different].sort((a, b) => a - b).map(String) : [];
  return { name, kind: "number", values, levels, nMissing, nDifferent: different.size };
}

function texts(name: string, cells: readonly Cell[], levels: readonly string[] = [...new Set(cells.filter((cell) => cell !== null).map(String))].sort((a, b) => (a < b ? -1 : 1))): TableColumn {
  const codes = new Map(levels.map((level: string, code: number) => [level, code]));
  const values = Float64Array.from(cells, (cell) => (cell === null ? -1 : codes.get(String(cell))!));
  return { name, kind: "text", values, levels, nMissing: values.filter((code) => code < 0).length, nDifferent: levels.length };
}
