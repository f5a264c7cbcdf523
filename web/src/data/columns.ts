/** Columns of cells: which are numbers, which text. */

import type { Note } from "../state/types";
import type { TableColumn } from "./table";

/** Counts of what the cells of a column are, over all rows. */
export interface CellCounts {
  numbers: number;
  texts: number;
  missing: number;
}

const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "?", "-", ".", "#n/a"]);
const MAX_NAME = 200;
/** Different numbers up to which they are listed as levels. */
const FEW = 20;

export function isMissing(cell: string): boolean {
  if (cell.length > 4) return cell.length < 16 && cell.trim().length < 5 && isMissing(cell.trim());
  const first = cell.charCodeAt(0);
  if (first >= 48 && first <= 57) return false; // most cells are numbers
  return MISSING.has(cell.trim().toLowerCase());
}

export function isNumber(cell: string, decimalComma: boolean): boolean {
  return Number.isFinite(numberOf(cell, decimalComma));
}

/** Return the number that a cell is, or NaN; words, empty cells and other bases are none. */
function numberOf(cell: string, decimalComma: boolean): number {
  let first = cell.charCodeAt(0);
  if (first === 32) first = cell.trimStart().charCodeAt(0);
  // A digit, a sign, a point: this leaves out Infinity and empty cells, too.
  const begins = (first >= 48 && first <= 57) || (first >= 43 && first <= 46);
  if (!begins) return NaN;
  const text = decimalComma ? cell.replaceAll(".", "").replace(",", ".") : cell;
  const value = Number(text);
  return first === 48 && value !== 0 && /^\s*0[xob]/iu.test(text) ? NaN : value;
}

/** Return a column of the rows that are kept: of numbers, if nearly all its cells of the file are. */
export function buildColumn(
  name: string, cells: readonly string[], { numbers, texts }: CellCounts, decimalComma: boolean, notes: Note[],
): TableColumn {
  if (numbers === 0 || texts > numbers / 20) return textColumn(name, cells);
  if (texts > 0) notes.push({ code: "not-numbers", column: name, cells: texts });
  return numberColumn(name, cells, decimalComma);
}

/** Names without spaces around them; an empty one gets the column's number, one that comes again a number behind it. */
export function uniqueNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((name, j) => {
    const plain = name.trim().slice(0, MAX_NAME) || `column ${j + 1}`;
    let unique = plain;
    for (let k = 2; used.has(unique); k++) unique = `${plain} (${k})`;
    used.add(unique);
    return unique;
  });
}

function numberColumn(name: string, cells: readonly string[], decimalComma: boolean): TableColumn {
  const values = new Float64Array(cells.length);
  cells.forEach((cell, i) => {
    const value = numberOf(cell, decimalComma);
    values[i] = Number.isFinite(value) ? value : NaN;
  });
  // Sorted, equal numbers are neighbours, and NaN is last.
  const sorted = values.slice().sort();
  const different: number[] = [];
  let nDifferent = 0;
  let nKnown = 0;
  sorted.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    nKnown++;
    if (i > 0 && value === sorted[i - 1]) return;
    nDifferent++;
    if (different.length <= FEW) different.push(value);
  });
  const levels = nDifferent <= FEW ? different.map(String) : [];
  return { name, kind: "number", values, levels, nMissing: values.length - nKnown, nDifferent };
}

function textColumn(name: string, cells: readonly string[]): TableColumn {
  const texts = cells.map((cell) => (isMissing(cell) ? null : cell.trim()));
  const levels = [...new Set(texts.filter((text) => text !== null))].sort(byCodePoint);
  const index = new Map(levels.map((level, k) => [level, k]));
  const values = Float64Array.from(texts, (text) => (text === null ? -1 : index.get(text)!));
  const nMissing = values.reduce((sum, value) => sum + (value < 0 ? 1 : 0), 0);
  return { name, kind: "text", values, levels, nMissing, nDifferent: levels.length };
}

/** Order texts as Python does: by code point, where JavaScript compares halves of rarer characters. */
function byCodePoint(a: string, b: string): number {
  const one = [...a];
  const other = [...b];
  for (let i = 0; i < one.length && i < other.length; i++) {
    const difference = one[i]!.codePointAt(0)! - other[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
