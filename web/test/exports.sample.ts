/** Write the files that the page exports, for several networks: node exports.sample.mjs FOLDER. A test in Python reads them. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { OPTIMIZERS } from "../src/core/optimizers";
import { DataMaker } from "../src/data/dataset";
import { readText } from "../src/data/read";
import { propose, sourceOf } from "../src/data/table";
import { dataCsv, modelJson, safetensors } from "../src/export/files";
import { pythonCode } from "../src/export/python";
import { FIRST, layerSpec, toySource } from "../src/state/defaults";
import { createSession } from "../src/state/session";
import type { DataSpec, NetworkSpec, Source } from "../src/state/types";

const HOSTILE = `</script> "x" ''' 🙂 \\`;
const ROWS = Array.from({ length: 60 }, (_, i) => [
  (i * 7) % 13, (i * 3.7) % 5, `"${['ä ""1""', "b,2", "🙂"][i % 3]}"`, i % 4 === 0 ? "" : i / 7, `k${i % 3}`, 100 + ((i * 5) % 17) * 1.5,
]);
const TABLE = `a,"b ""q""",c,"${HOSTILE.replaceAll('"', '""')}",label,price\n${ROWS.map((row) => row.join(",")).join("\n")}\n`;

const maker = new DataMaker();
const table = await readText(TABLE, "mixed");
maker.tables.set("mixed", table);
const proposal = propose(table);
const price = { ...propose(table), target: "price", task: "regression" as const, inputs: ["a", 'b "q"', "c"] };
const counts = { ...propose(table), target: "a", task: "regression" as const, inputs: ["price"] };

const CASES: Record<string, [Source, Partial<NetworkSpec>]> = {
  circles: [toySource("circles"), { hidden: [layerSpec(4, "logistic")] }],
  blobs: [toySource("blobs"), { hidden: [layerSpec(5, "gelu"), layerSpec(4, "mish", 0.2)] }],
  waves: [toySource("waves"), { hidden: [layerSpec(6, "silu")] }],
  linear: [toySource("gaussians"), { hidden: [], bias: false }],
  quadratic: [toySource("blobs"), { hidden: [layerSpec(5, "elu")], loss: "quadratic" }],
  mixed: [sourceOf(table, proposal), { hidden: [layerSpec(6, "relu"), layerSpec(5, "softplus")] }],
  price: [sourceOf(table, price), { hidden: [layerSpec(6, "selu")], bias: false }],
  counts: [{ ...sourceOf(table, counts), scale: false }, { hidden: [layerSpec(3, "leaky_relu")], loss: "poisson", init: "zeros" }],
};

const folder = process.argv[2];
if (folder === undefined) throw new Error("Give a folder.");
await mkdir(folder, { recursive: true });

for (const [name, [source, network]] of Object.entries(CASES)) {
  const data: DataSpec = { source, heldOut: 0.25, splitSeed: 1 };
  const training = { ...FIRST.training, optimizer: OPTIMIZERS.adam, rate: 0.01 };
  const session = createSession({
    doc: { ...FIRST, data, training, network: { ...FIRST.network, ...network } }, prepare: maker.prepare, now: () => 0,
  });
  session.reach(20);
  while (session.status === "moving") session.tick(50);
  const { columns, inputs, nRows, nIn } = session.dataset;
  const rows = Array.from({ length: 8 }, (_, i) =>
    columns.map(({ kind, levels, values }) => (kind === "number" ? values[i]! : levels[values[i]!]!)),
  );
  const outputs = rows.map((_, i) => session.trace(Float64Array.from({ length: nIn }, (_, j) => inputs[j * nRows + i]!)).outputs);
  const expected = { names: columns.map((column) => column.name), target: session.dataset.targetName, rows, outputs, nRows };
  await writeFile(join(folder, `${name}.expected.json`), JSON.stringify(expected));
  await writeFile(join(folder, `${name}.safetensors`), safetensors(session));
  await writeFile(join(folder, `${name}.json`), modelJson(session));
  await writeFile(join(folder, `${name}.py`), pythonCode(session));
  await writeFile(join(folder, `${name}.csv`), dataCsv(session));
}
