/** Files of a session: the model as `.safetensors`, JSON or Python, the data as CSV. */

import type { Session } from "../state/types";
import type { FileDescription, JsonModel, TensorInfo } from "./format";
import { toJson } from "./json";
import { matrixOf, modelOf } from "./model";

/** The version of a file with one model: `separatrix.load` reads it. */
const MODEL_FORMAT = 1;

/** Return a model file that `separatrix.load` reads: safetensors, with everything else as JSON in its header. */
export function safetensors(session: Session): Uint8Array<ArrayBuffer> {
  const { description, layers } = modelOf(session);
  const tensors: [string, number[], Float64Array][] = layers.flatMap(({ weight, bias, nIn, nOut }, l) => {
    const both: [string, number[], Float64Array][] = [[`layers.${l}.weight`, [nIn, nOut], weight]];
    if (bias !== null) both.push([`layers.${l}.bias`, [nOut], bias]);
    return both;
  });
  const header: Record<string, TensorInfo | object> = {
    "__metadata__": { "separatrix": toJson({ format_version: MODEL_FORMAT, ...description } satisfies FileDescription) },
  };
  let offset = 0;
  for (const [name, shape, values] of tensors) {
    header[name] = { dtype: "F64", shape, data_offsets: [offset, offset + 8 * values.length] } satisfies TensorInfo;
    offset += 8 * values.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8; // numbers begin at a multiple of 8
  const file = new Uint8Array(8 + length + offset).fill(32, 8, 8 + length);
  const view = new DataView(file.buffer);
  view.setUint32(0, length, true);
  file.set(text, 8);
  let place = 8 + length;
  for (const [, , values] of tensors)
    for (const value of values) {
      view.setFloat64(place, value, true);
      place += 8;
    }
  return file;
}

/** Return the model as JSON: its description, and the weights as lists of rows. */
export function modelJson(session: Session): string {
  const { description, layers } = modelOf(session);
  const weights = layers.map((layer) => ({ weight: matrixOf(layer), bias: layer.bias }));
  return `${toJson({ format: "separatrix-model", version: 1, ...description, weights } satisfies JsonModel)}\n`;
}

/** Return the rows as CSV: the columns, the target, and whether a row is held back. */
export function dataCsv(session: Session): string {
  const { columns, targets, nRows, targetName, classNames, classNumbers, isHeldOut } = session.dataset;
  const lines = [[...columns.map(({ name }) => name), targetName, "held back"].map(csvCell).join(",")];
  for (let i = 0; i < nRows; i++) {
    const cells = columns.map(({ kind, levels, values }) => (kind === "number" ? (Number.isNaN(values[i]!) ? "" : String(values[i])) : csvCell(levels[values[i]!] ?? "")));
    const target = targets[i]!;
    const label = classNames.length === 0 ? String(target) : csvCell(String(classNumbers?.[target] ?? classNames[target]));
    lines.push([...cells, label, isHeldOut[i] === 1 ? "yes" : "no"].join(","));
  }
  return `${lines.join("\n")}\n`;
}

function csvCell(text: string): string {
  return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
