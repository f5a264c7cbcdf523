/** A file or pasted text to a table: decoded and read in slices, types from all rows, a sample of the rows kept. */

import { RandomState } from "../core/random";
import { Problem } from "../state/problem";
import type { Note } from "../state/types";
import { guessDialect, RowReader, type Dialect } from "./csv";
import { decoderOf } from "./decode";
import { buildColumn, isMissing, isNumber, uniqueNames, type CellCounts } from "./columns";
import type { DataTable, TableColumn } from "./table";

export const MAX_ROWS = 20_000;
const MAX_CELLS = 2_000_000;
const MAX_COLUMNS = 2_000;
const SLICE = 5; // milliseconds of work before the page may answer

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Called with the share of the file that is read. */
  readonly onProgress?: (share: number) => void;
  readonly now?: () => number;
  /** Lets the page answer; by default a timer of 0. */
  readonly pause?: () => Promise<void>;
}

/** Let the page answer what has happened meanwhile. */
export function answered(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Anything with the parts of a `File` that are needed here. */
export interface Readable {
  readonly name?: string;
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
}

/** Read a CSV file; throws a `Problem` if it is none, is empty, or reading was cancelled. */
export async function readTable(file: Readable, options: ReadOptions = {}): Promise<DataTable> {
  const now = options.now ?? (() => performance.now());
  const pause = options.pause ?? answered;
  const reader = file.stream().getReader();
  let collector: Collector | null = null;
  let decoder: TextDecoder | null = null;
  let head = "";
  let done = 0;
  let end = now() + SLICE;
  const answer = async (): Promise<void> => {
    if (options.signal?.aborted) throw new Problem({ code: "cancelled" });
    if (now() < end) return;
    options.onProgress?.(file.size > 0 ? done / file.size : 0);
    await pause();
    end = now() + SLICE;
  };
  try {
    for (;;) {
      const { value, done: isEnd } = await reader.read();
      if (value === undefined || isEnd) break;
      // Browsers hand over pieces of any size: a large one is worked on in parts.
      for (let at = 0; at < value.length; at += PIECE) {
        const piece = value.subarray(at, at + PIECE);
        decoder ??= decoderOf(piece);
        const text = decoder.decode(piece, { stream: true });
        done += piece.length;
        if (collector === null) {
          head += text;
          if (head.length < HEAD && done < file.size) continue;
          collector = new Collector(guessDialect(head));
          collector.push(head);
        } else collector.push(text);
        await answer();
      }
    }
    const last = decoder?.decode() ?? "";
    collector ??= new Collector(guessDialect(head));
    if (collector.isEmpty) collector.push(head);
    collector.push(last);
    await answer();
    return await collector.table(file.name ?? "pasted", answer);
  } catch (error) {
    await reader.cancel().catch(() => undefined); // the file may be gone; the first error says why
    throw error;
  }
}

const PIECE = 32768;
const HEAD = 32768;

/** Read pasted text. */
export function readText(text: string, name: string, options: ReadOptions = {}): Promise<DataTable> {
  return readTable(Object.assign(new Blob([text]), { name }), options);
}

/** A row that is kept, with its number. */
interface Kept {
  readonly number: number;
  readonly cells: readonly string[];
}

/** Takes rows as they come: counts the kinds of all cells, keeps a sample of the rows (reservoir, seed 0). */
class Collector {
  private readonly reader: RowReader;
  private readonly random = new RandomState(0);
  private first: readonly string[] | null = null;
  private firstOfBody: Kept[] = [];
  private readonly kept: Kept[] = [];
  private counts: CellCounts[] = [];
  private nRows = 0;
  private nRagged = 0;
  private limit = MAX_ROWS;
  isEmpty = true;

  constructor(private readonly dialect: Dialect) {
    this.reader = new RowReader(dialect.separator);
  }

  push(text: string): void {
    if (text !== "") this.isEmpty = false;
    for (const row of this.reader.push(text)) this.add(row);
  }

  /** Return the table; between its columns the page may answer. */
  async table(name: string, answer: () => Promise<void>): Promise<DataTable> {
    for (const row of this.reader.end()) this.add(row);
    if (this.first === null) throw new Problem({ code: "empty-file" });
    const hasHeader = this.hasHeader(this.first);
    if (!hasHeader) this.take(this.first, 0);
    const rows = this.kept.sort((a, b) => a.number - b.number).map(({ cells }) => cells);
    if (rows.length === 0) throw new Problem({ code: "only-header", file: name });
    if (this.first.length < 2) throw new Problem({ code: "one-column", file: name });
    const names = hasHeader ? this.first : this.first.map((_, j) => `column ${j + 1}`);
    const notes = this.notes(hasHeader, rows.length);
    const columns: TableColumn[] = [];
    for (const [j, column] of uniqueNames(names).entries()) {
      const cells = rows.map((row) => row[j]!);
      columns.push(buildColumn(column, cells, this.counts[j]!, this.dialect.decimalComma, notes));
      await answer();
    }
    return { name, columns, nRows: rows.length, nRowsOfFile: this.nRows, notes };
  }

  private add(row: readonly string[]): void {
    if (row.length === 1 && row[0]!.trim() === "") return;
    if (this.first === null) {
      if (row.length > MAX_COLUMNS) throw new Problem({ code: "many-columns", columns: row.length, limit: MAX_COLUMNS });
      this.first = row;
      this.counts = row.map(() => ({ numbers: 0, texts: 0, missing: 0 }));
      this.limit = Math.max(100, Math.min(MAX_ROWS, Math.floor(MAX_CELLS / row.length)));
    } else if (row.length !== this.first.length) this.nRagged++;
    else this.take(row, this.nRows + 1);
  }

  private take(cells: readonly string[], number: number): void {
    this.nRows++;
    cells.forEach((cell, j) => {
      const count = this.counts[j]!;
      if (isMissing(cell)) count.missing++;
      else if (isNumber(cell, this.dialect.decimalComma)) count.numbers++;
      else count.texts++;
    });
    if (this.firstOfBody.length < 200) this.firstOfBody.push({ number, cells });
    if (this.kept.length < this.limit) this.kept.push({ number, cells });
    else {
      const place = this.random.interval(this.nRows - 1);
      if (place < this.limit) this.kept[place] = { number, cells };
    }
  }

  /** Whether the first row has names: no numbers in it, and either numbers below or texts that do not come again. */
  private hasHeader(first: readonly string[]): boolean {
    if (this.nRows === 0) return true;
    if (first.some((cell) => isNumber(cell, this.dialect.decimalComma))) return false;
    if (first.every((cell) => cell.trim() === "")) return false;
    if (this.counts.some(({ numbers, texts }) => numbers > texts)) return true;
    return first.every((cell, j) => cell.trim() === "" || this.firstOfBody.every(({ cells }) => cells[j] !== cell));
  }

  private notes(hasHeader: boolean, nKept: number): Note[] {
    const notes: Note[] = [];
    if (!hasHeader) notes.push({ code: "no-header" });
    if (this.nRagged > 0) notes.push({ code: "ragged", rows: this.nRagged, cells: this.first!.length });
    if (nKept < this.nRows) notes.push({ code: "sample", rows: nKept, of: this.nRows });
    if (this.dialect.decimalComma) notes.push({ code: "decimal-comma" });
    return notes;
  }
}
