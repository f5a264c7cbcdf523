/** CSV files, guesses, columns, splits, formulas. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { guessDialect, RowReader } from "../src/data/csv";
import { DataMaker } from "../src/data/dataset";
import { compile } from "../src/data/formula";
import { splitRows } from "../src/data/prepared";
import { readTable, readText, type Readable } from "../src/data/read";
import { propose, sourceOf, whyNot, type DataTable } from "../src/data/table";
import { FIRST } from "../src/state/defaults";
import { partOf } from "../src/state/inputs";
import { Problem } from "../src/state/problem";
import { createSession } from "../src/state/session";
import { principalComponents } from "../src/views/components";

function rowsOf(text: string, separator = ",", size = 1e9): string[][] {
  const reader = new RowReader(separator);
  const rows: string[][] = [];
  for (let at = 0; at < text.length; at += size) rows.push(...reader.push(text.slice(at, at + size)));
  return [...rows, ...reader.end()];
}

function file(bytes: Uint8Array<ArrayBuffer> | string, name = "x.csv"): Readable {
  return Object.assign(new Blob([bytes]), { name });
}

async function codeOf(promise: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof promise === "function" ? promise() : promise);
  } catch (error) {
    if (error instanceof Problem) return error.note.code;
    throw error;
  }
  return "no problem";
}

const CASES: [string, string[][]][] = [
  ["a,b\n1,2\n", [["a", "b"], ["1", "2"]]],
  ["a,b\r\n1,2", [["a", "b"], ["1", "2"]]],
  ["a,b\r1,2\r", [["a", "b"], ["1", "2"]]],
  ['"a,1","b ""q"""\n"two\nlines",x\n', [["a,1", 'b "q"'], ["two\nlines", "x"]]],
  ['a,"b\n', [["a", "b"]]],
  ["a,,\n,,b\n", [["a", "", ""], ["", "", "b"]]],
  ['"",x\n', [["", "x"]]],
  ['it"s,5" disc\n', [['it"s', '5" disc']]],
];

test("rows and cells, whatever the pieces of the text", () => {
  for (const [text, rows] of CASES)
    for (const size of [1, 2, 3, 1000]) assert.deepEqual(rowsOf(text, ",", size), rows, JSON.stringify([text, size]));
});

test("separators and decimal commas are guessed", () => {
  assert.deepEqual(guessDialect("a;b;c\n1,5;2,25;x\n3,5;4;y\n"), { separator: ";", decimalComma: true });
  assert.deepEqual(guessDialect("a,b\n1,2\n"), { separator: ",", decimalComma: false });
  assert.deepEqual(guessDialect("1,5;2,5;3,5\n1,0;2,0;3,0\n"), { separator: ";", decimalComma: true });
  assert.deepEqual(guessDialect("a\tb, c\n1\t2, 3\n"), { separator: "\t", decimalComma: false });
  assert.deepEqual(guessDialect("a|b\n1|2\n"), { separator: "|", decimalComma: false });
  assert.deepEqual(guessDialect("alone\n1\n"), { separator: ",", decimalComma: false });
});

const PLANTS = "id,width,height,colour,species\n" + Array.from({ length: 40 }, (_, i) =>
  `${i + 1},${i === 7 ? "" : (i * 7) % 11},${(i * 3.5) % 8},${i % 3 === 0 ? "red" : "blue"},${i % 4 === 0 ? "rose" : "lily"}`).join("\n");

test("a table is read, and what is proposed for it", async () => {
  const table = await readText(PLANTS, "plants");
  assert.deepEqual(table.columns.map(({ name, kind, nMissing }) => [name, kind, nMissing]), [
    ["id", "number", 0], ["width", "number", 1], ["height", "number", 0], ["colour", "text", 0], ["species", "text", 0],
  ]);
  const proposal = propose(table);
  assert.deepEqual(proposal, {
    target: "species", task: "classification", reason: "text", inputs: ["width", "height", "colour"],
    leftOut: [{ name: "id", reason: "id" }],
  });
  const maker = new DataMaker();
  maker.tables.set("plants", table);
  const dataset = maker.prepare({ source: sourceOf(table, proposal), heldOut: 0.25, splitSeed: 1 });
  assert.deepEqual(dataset.inputNames, ["width", "height", "colour=blue", "colour=red"]);
  assert.deepEqual(dataset.classNames, ["lily", "rose"]);
  assert.deepEqual([dataset.training.nRows, dataset.heldOut!.nRows], [30, 10]);
  assert.deepEqual(dataset.notes.map(({ code, column, cells }) => [code, column, cells]), [["filled", "width", 1]]);
  // Scaled by the training rows alone.
  const width = dataset.training.X.subarray(0, 30);
  assert.ok(Math.abs(width.reduce((sum, v) => sum + v, 0)) < 1e-9);
  assert.ok(Math.abs(width.reduce((sum, v) => sum + v * v, 0) / 30 - 1) < 1e-9);
  const column = dataset.columns[0]!;
  assert.deepEqual(dataset.columns.map(({ gap }) => gap), [dataset.notes[0]!.value, NaN, NaN]);
  assert.ok(Math.abs(dataset.inputs[3]! * column.scale + column.mean - ((3 * 7) % 11)) < 1e-12);
});

test("a number to predict is a regression, in its own unit", async () => {
  const text = "a,b\n" + Array.from({ length: 50 }, (_, i) => `${i},${1000 + i * i * 0.5}`).join("\n");
  const table = await readText(text, "squares");
  const proposal = propose({ ...table });
  assert.deepEqual([proposal.target, proposal.task, proposal.reason], ["b", "regression", "many-numbers"]);
  const maker = new DataMaker();
  maker.tables.set("squares", table);
  const data = { source: { ...sourceOf(table, proposal), inputs: ["a"] }, heldOut: 0.2, splitSeed: 1 };
  const session = createSession({ doc: { ...FIRST, data }, prepare: maker.prepare, now: () => 0 });
  session.reach(300);
  while (session.status === "moving") session.tick(50);
  assert.ok(session.evaluate("heldOut")!.score > 0.99);
  const { mean, scale } = session.dataset.columns[0]!;
  const [predicted] = session.trace(Float64Array.of((20 - mean) / scale)).outputs;
  assert.ok(Math.abs(predicted! - 1200) < 40, String(predicted));
});

test("files without a header, with ragged rows, with decimal commas, with other encodings", async () => {
  const noHeader = await readText("1,2,a\n3,4,b\n5,6,a\n", "n");
  assert.deepEqual(noHeader.columns.map(({ name }) => name), ["column 1", "column 2", "column 3"]);
  assert.deepEqual([noHeader.nRows, noHeader.notes[0]!.code], [3, "no-header"]);
  const ragged = await readText("a,b\n1,2\n3\n4,5,6\n7,8\n", "r");
  assert.deepEqual([ragged.nRows, ragged.notes], [2, [{ code: "ragged", rows: 2, cells: 2 }]]);
  const commas = await readText("a;b\n1.234,5;2,25\n0,5;x\n", "c");
  assert.deepEqual([...commas.columns[0]!.values], [1234.5, 0.5]);
  const text = "größe,ort\n1,Köln\n2,Århus\n";
  for (const bytes of [
    new TextEncoder().encode(text),
    Buffer.from(`\ufeff${text}`, "utf16le"),
    Buffer.from(text, "utf16le"),
    Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
    Buffer.from(text, "latin1"),
    new TextEncoder().encode(`\ufeff${text}`),
  ]) {
    const table = await readTable(file(new Uint8Array(bytes)));
    assert.deepEqual(table.columns.map(({ name }) => name), ["größe", "ort"]);
    assert.deepEqual(table.columns[1]!.levels, ["Köln", "Århus"].sort());
  }
});

test("files that are no tables are problems with a code", async () => {
  assert.equal(await codeOf(readText("", "e")), "empty-file");
  assert.equal(await codeOf(readText("\n \n", "e")), "empty-file");
  assert.equal(await codeOf(readText("a,b\n", "e")), "only-header");
  assert.equal(await codeOf(readText("a\n1\n2\n", "e")), "one-column");
  assert.equal(await codeOf(readTable(file(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 1, 2, 3])))), "binary");
  assert.equal(await codeOf(readText(`a,"${"x,\n".repeat(900000)}`, "q")), "open-quote");
  assert.equal(await codeOf(readText("x".repeat(3e6), "q")), "long-line");
  assert.equal(await codeOf(readText(Array(3000).fill("a").join(), "w")), "many-columns");
  const cancel = new AbortController();
  cancel.abort();
  assert.equal(await codeOf(readText(PLANTS, "p", { signal: cancel.signal })), "cancelled");
});

test("nothing in a table is anything but text", async () => {
  const hostile = '</script><script>alert(1)</script>';
  const table = await readText(`"${hostile}",__proto__,constructor\n1,"a ""b"" 🙂 ش",2\n2,"${"y".repeat(10_000)}",3\n`, "h");
  assert.deepEqual(table.columns.map(({ name }) => name), [hostile, "__proto__", "constructor"]);
  assert.equal(table.columns[1]!.levels[1]!.length, 1001);
  const same = await readText("a,a,,\n1,2,3,4\n", "s");
  assert.deepEqual(same.columns.map(({ name }) => name), ["a", "a (2)", "column 3", "column 4"]);
});

test("of a large file a seeded sample is kept, and the kinds come from all rows", async () => {
  const n = 50_000;
  const text = "a,b,c\n" + Array.from({ length: n }, (_, i) => `${i},${i % 7},${i === n - 1 ? "late" : i}`).join("\n");
  const table = await readText(text, "large");
  assert.deepEqual([table.nRows, table.nRowsOfFile], [20_000, n]);
  assert.deepEqual(table.notes.map(({ code }) => code), ["sample", "not-numbers"]);
  const { values } = table.columns[0]!;
  assert.ok(values.every((value, i) => i === 0 || value > values[i - 1]!));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(mean - n / 2) < n / 100);
  assert.deepEqual((await readText(text, "large")).columns[0]!.values, values);
});

test("reading pauses, so that the page can answer", async () => {
  let pauses = 0;
  let time = 0;
  const shares: number[] = [];
  const text = "a,b\n" + "1,2\n".repeat(200_000);
  await readText(text, "p", {
    now: () => (time += 5), pause: async () => { pauses++; }, onProgress: (share) => shares.push(share),
  });
  assert.ok(pauses > 3);
  assert.ok(shares.every((share, i) => share > 0 && share <= 1 && (i === 0 || share >= shares[i - 1]!)));
});

test("choices that cannot be: no data set, but a problem", async () => {
  const table = await readText("a,b,c,d\n1,x,1,q\n2,x,1,r\n3,x,,s\n", "t");
  const maker = new DataMaker();
  maker.tables.set("t", table);
  const prepare = (target: string, inputs: string[], task: "classification" | "regression" = "classification", name = "t") => () =>
    maker.prepare({ source: { kind: "table", table: name, target, inputs, task, scale: true, seed: 1 }, heldOut: 0, splitSeed: 1 });
  assert.equal(await codeOf(prepare("a", [])), "no-inputs");
  assert.equal(await codeOf(prepare("a", ["a"])), "target-is-input");
  assert.equal(await codeOf(prepare("z", ["a"])), "no-column");
  assert.equal(await codeOf(prepare("b", ["a"])), "one-class");
  assert.equal(await codeOf(prepare("b", ["a"], "regression")), "text-target");
  assert.equal(await codeOf(prepare("a", ["d"], "regression", "u")), "no-table");
  assert.equal(await codeOf(prepare("a", ["d"], "regression")), "no problem");
});

test("more than ten classes: the ten most frequent stay", async () => {
  const text = "a,c\n" + Array.from({ length: 130 }, (_, i) => `${i},k${i < 12 ? i : i % 10}`).join("\n");
  const table: DataTable = await readText(text, "many");
  const maker = new DataMaker();
  maker.tables.set("many", table);
  const dataset = maker.prepare({
    source: { kind: "table", table: "many", target: "c", inputs: ["a"], task: "classification", scale: true, seed: 1 }, heldOut: 0, splitSeed: 1,
  });
  assert.deepEqual([dataset.classNames.length, dataset.nRows], [10, 128]);
  assert.deepEqual(dataset.notes, [{ code: "classes-left-out", classes: 2, rows: 2 }]);
});

test("rows are held back as train_test_split chooses them", () => {
  // train_test_split(range(10), test_size=0.25, random_state=25)
  const { training, heldOut } = splitRows(10, 0.25, 25);
  assert.deepEqual([[...training], [...heldOut]], EXPECTED_SPLIT);
  assert.equal(splitRows(10, 0, 1).heldOut.length, 0);
  assert.equal(splitRows(3, 0.8, 1).training.length, 1);
});

const EXPECTED_SPLIT = [[8, 0, 2, 9, 7, 6, 4], [5, 1, 3]];

test("formulas are parsed, never evaluated", async () => {
  const values: [string, number, number][] = [
    ["x", 2, 2], ["2x + 1", 3, 7], ["-x^2", 3, -9], ["2^-1 x", 4, 2], ["0.5 sin(3x)", 1, 0.5 * Math.sin(3)],
    ["x(x+1)", 2, 6], ["2 pi x", 1, 2 * Math.PI], ["sqrt(abs(x)) - 1/4", -4, 1.75], ["2^3^2", 0, 512], ["x − 1", 1, 0],
    ["(1 + x)^0.5", 3, 2], ["EXP(x)", 1, Math.E], ["3·x/2", 2, 3], ["1.5e x", 1, 1.5 * Math.E],
  ];
  for (const [formula, x, y] of values) assert.ok(Math.abs(compile(formula)(x) - y) < 1e-12, formula);
  for (const [formula, code] of [
    ["", "formula-ends"], ["2 +", "formula-ends"], ["sin x", "formula-name"], ["sin(x", "formula-ends"], ["alert(1)", "formula-name"],
    ["x; 1", "formula-sign"], ["constructor", "formula-name"], ["x)", "formula-sign"], ["x".repeat(300), "formula-long"],
    ["(".repeat(150), "formula-ends"],
    ["1/0", "formula-empty"], ["log(-1 - abs(x))", "formula-empty"], ["sqrt(x - 2)", "formula-empty"],
  ] as const)
    assert.equal(await codeOf(() => compile(formula)), code, formula);
  const around = (formula: string) => new DataMaker().prepare({ source: { kind: "formula", formula, points: 200, noise: 0, seed: 1 }, heldOut: 0, splitSeed: 1 });
  const { inputs, targets, nRows } = around("log(x)");
  assert.ok(nRows === 200 && inputs.subarray(0, 200).every((x) => x > 0));
  inputs.subarray(0, 200).forEach((x, i) => assert.equal(targets[i], inputs[200 + i]! > Math.log(x) ? 1 : 0));
  assert.equal(around("sqrt(x - 0.9)").nRows, 200);
});

test("what a column has of a moment is what separatrix reads", () => {
  const moment = 1735693200; // 2025-01-01 01:00, a Wednesday
  const parts: [string, number][] = [["days", 20089 + 1 / 24], ["year", 2025], ["month", 1], ["weekday", 2], ["hour", 1]];
  for (const [part, value] of parts) assert.equal(partOf(["start", part, 0], moment), value, part);
  assert.equal(partOf(["start", "days", moment - 43200], moment), 0.5);
  assert.equal(partOf(["start", "time", 0], 23400), 6.5);
  assert.equal(partOf(["start", "year", 0], -1), 1969);
});

test("what cannot be learned from is said before it is used", async () => {
  const reason = async (text: string) => {
    const table = await readText(text, "t");
    return whyNot(table, propose(table));
  };
  assert.deepEqual(await reason("a,b\n1,x\n2,x\n3,x\n"), { code: "one-class", column: "b" });
  assert.deepEqual(await reason("id,b\n1,x\n2,y\n3,x\n"), { code: "no-inputs" });
  assert.deepEqual(await reason("a,b\n1,x\n"), { code: "few-rows", rows: 1 });
  assert.equal(await reason(PLANTS), null);
});

test("principal components are those of the standardised inputs, whatever their units", () => {
  const n = 200, rows = Array.from({ length: n }, (_, i) => [Math.sin(i), Math.sin(i) + Math.cos(7 * i), Math.cos(3 * i)]);
  const inputs = (units: readonly number[]) => Float64Array.from({ length: 3 * n }, (_, k) => rows[k % n]![Math.floor(k / n)]! * units[Math.floor(k / n)]!);
  const plain = principalComponents(inputs([1, 1, 1]), n, 3), raw = principalComponents(inputs([1, 1e5, 0.01]), n, 3);
  assert.ok(Math.abs(plain.held - raw.held) < 1e-9 && plain.held > 0.6 && plain.held < 0.95, String(plain.held));
  raw.first.forEach((weight, k) => assert.ok(Math.abs(weight - plain.first[k]!) < 1e-9));
  assert.ok(Math.abs(raw.scale[1]! / plain.scale[1]! - 1e5) < 1e-6);
});
