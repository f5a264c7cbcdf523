/** CSV text in pieces to rows of cells: separators and quotes as in RFC 4180. */

import { Problem } from "../state/problem";

/** What a file's first lines say about its form. */
export interface Dialect {
  readonly separator: string;
  readonly decimalComma: boolean;
}

/** Those that are rarer within cells come first: of equally good ones the first is taken. */
const SEPARATORS = ["\t", ";", "|", ","] as const;
const SAMPLE_LINES = 50;

/** Guess the separator: the one that gives the same number of cells, at least two, in most lines. */
export function guessDialect(sample: string): Dialect {
  let best: string = ",";
  let bestScore = 0;
  for (const separator of SEPARATORS) {
    const rows = new RowReader(separator);
    const read = rows.push(sample).slice(0, SAMPLE_LINES).filter((row) => row.length > 1 || row[0] !== "");
    const counts = new Map<number, number>();
    for (const row of read) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
    const [width, count] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
    const score = width < 2 ? 0 : count / read.length;
    if (score > bestScore) [best, bestScore] = [separator, score];
  }
  return { separator: best, decimalComma: best !== "," && hasDecimalComma(sample, best) };
}

function hasDecimalComma(sample: string, separator: string): boolean {
  const cells = new RowReader(separator).push(sample).flat();
  const withComma = cells.filter((cell) => /^\s*[-+]?\d+,\d+\s*$/u.test(cell)).length;
  const withPoint = cells.filter((cell) => /^\s*[-+]?\d+\.\d+\s*$/u.test(cell)).length;
  return withComma > withPoint;
}

/** A line or quoted cell that is longer than this is no table's. */
const MAX_LINE = 2_000_000;
/** Cells longer than this are cut: they are text that nobody looks at. */
const MAX_CELL = 1000;

/** Reads rows from text that comes in pieces. */
export class RowReader {
  private rest = "";
  /** Cells of a row that a quoted line break has cut. */
  private row: string[] = [];
  private quoted: string | null = null;

  constructor(private readonly separator: string) {}

  /** Return the rows that a piece completes. */
  push(text: string): string[][] {
    return this.read(this.rest + text, false);
  }

  /** Return what is left at the end of the file. */
  end(): string[][] {
    const rows = this.read(this.rest, true);
    this.rest = "";
    if (this.quoted !== null || this.row.length > 0) {
      rows.push([...this.row, cut(this.quoted ?? "")]);
      this.row = [];
      this.quoted = null;
    }
    return rows;
  }

  private read(text: string, isEnd: boolean): string[][] {
    const rows: string[][] = [];
    const hasCarriage = text.includes("\r");
    let at = 0;
    for (;;) {
      const end = hasCarriage ? lineEnd(text, at, isEnd) : text.indexOf("\n", at);
      if (end < 0) break;
      this.line(text.slice(at, end), rows);
      at = text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10 ? end + 2 : end + 1;
    }
    this.rest = text.slice(at);
    if (this.rest.length > MAX_LINE) throw new Problem({ code: "long-line", limit: MAX_LINE });
    if (isEnd && this.rest !== "") {
      this.line(this.rest, rows);
      this.rest = "";
    }
    return rows;
  }

  private line(line: string, rows: string[][]): void {
    if (this.quoted === null && !line.includes('"')) {
      const cells = line.split(this.separator);
      const short = line.length > MAX_CELL ? cells.map(cut) : cells;
      if (this.row.length === 0) this.row = short;
      else this.row.push(...short);
    } else if (!this.cells(line)) return; // the row goes on in the next line
    rows.push(this.row);
    this.row = [];
  }

  /** Read the cells of a line with quotes; return whether the row ends with it. */
  private cells(line: string): boolean {
    let at = 0;
    let quoted = this.quoted === null ? null : `${this.quoted}\n`;
    for (;;) {
      if (quoted === null && /^\s*"/u.test(line.slice(at, at + 20))) {
        at = line.indexOf('"', at) + 1;
        quoted = "";
      }
      if (quoted !== null) {
        const close = closingQuote(line, at);
        if (close < 0) {
          this.quoted = quoted + unescaped(line.slice(at));
          if (this.quoted.length > MAX_LINE) throw new Problem({ code: "open-quote", limit: MAX_LINE });
          return false;
        }
        const next = line.indexOf(this.separator, close);
        // Text after a closing quote is kept as it is.
        const tail = line.slice(close + 1, next < 0 ? line.length : next);
        this.row.push(cut(quoted + unescaped(line.slice(at, close)) + tail.trim()));
        quoted = null;
        this.quoted = null;
        if (next < 0) return true;
        at = next + this.separator.length;
      } else {
        const next = line.indexOf(this.separator, at);
        this.row.push(cut(line.slice(at, next < 0 ? line.length : next)));
        if (next < 0) return true;
        at = next + this.separator.length;
      }
    }
  }
}

/** Return where a line ends, or -1; a carriage return at the end of a piece may be half a line break. */
function lineEnd(text: string, at: number, isEnd: boolean): number {
  const newline = text.indexOf("\n", at);
  const stop = newline < 0 ? text.length : newline;
  const carriage = text.slice(at, stop).indexOf("\r");
  if (carriage < 0) return newline;
  const place = at + carriage;
  return place === text.length - 1 && !isEnd ? -1 : place;
}

function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf('"', from); at >= 0; at = line.indexOf('"', at + 2)) if (line[at + 1] !== '"') return at;
  return -1;
}

function unescaped(text: string): string {
  return text.replaceAll('""', '"');
}

function cut(cell: string): string {
  return cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL)}…` : cell;
}
