/**
 * What the build shortens besides local names: properties of our own objects, and globals that come often.
 *
 * A property keeps its name if anything outside the script could ask for it: if the web platform has a property of
 * this name, if the name is written as text somewhere in the sources (so that an object may be asked for it by a
 * string), or if it stands in a file whose values leave the page as JSON. A table that is looked up by other text has
 * its keys in quotes, which are never shortened.
 */
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Files with the types of what the page reads and writes as JSON: links, the state that Python wrote, models. */
const WIRE = ["core/options.ts", "state/document.ts", "host/format.ts", "export/format.ts"];

/** Names that the web platform has, too, but that the page asks only its own objects for. */
const OWN = new Set([
  "dataset", "session", "position", "version", "outputs", "targets", "evaluate", "status", "stage", "code", "origin", "score", "layout", "frame",
  "theme", "trace", "subscribe", "prepare", "context", "stride", "label", "play", "undo", "description", "paint", "summary", "control", "options", "term",
  "first", "forward", "index", "reason", "result", "spacing", "class", "waiting", "interval", "held",
]);

/** Names that are written as text, too, but that no object is asked for by it. */
const TEXTS = new Set(["class"]);

/** Globals that get a short name of their own. */
const GLOBALS = [
  "Array.from", "Array.isArray", "Float64Array", "Int32Array", "JSON.stringify", "Math.PI", "Math.abs", "Math.ceil", "Math.cos", "Math.floor",
  "Math.fround", "Math.imul", "Math.log10", "Math.max", "Math.min", "Math.round", "Math.sin", "Math.sqrt", "Number", "Number.isFinite",
  "Number.isInteger", "Number.isNaN", "Object.assign", "Object.entries", "Object.fromEntries", "Object.hasOwn", "Object.is", "Object.keys", "String",
  "TextDecoder", "Uint32Array", "Uint8Array", "document",
];

export async function shortened(folder) {
  const stays = new Set([...(await platformNames()).filter((name) => !OWN.has(name)), ...(await ownNames(folder)).filter((name) => !TEXTS.has(name))]);
  const names = [...stays].map((name) => name.replaceAll("$", "\\$"));
  return { mangleProps: /./, reserveProps: new RegExp(`^(?:${names.join("|")}|on[A-Z].*|[A-Z].*|.*-.*)$`), ...globals() };
}

/** Properties that TypeScript knows of the language and of the web platform. */
async function platformNames() {
  const require = createRequire(import.meta.url);
  const typescript = createRequire(require.resolve("typescript/package.json"));
  const lib = join(dirname(typescript.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`)), "lib");
  const files = (await readdir(lib)).filter((name) => /^lib\.(es|dom).*\.d\.ts$/u.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(lib, name), "utf8")));
  return texts.flatMap((text) => [...text.matchAll(/^\s+(?:readonly |get |set )?"?([A-Za-z_$][\w$]*)"?\??\s*[:(<]/gmu)].map(([, name]) => name));
}

async function ownNames(folder) {
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/u.test(name)).sort();
  const names = await Promise.all(files.map(async (file) => {
    const text = withoutWords(await readFile(join(folder, file), "utf8"));
    const quoted = [...text.matchAll(/"([A-Za-z_$][\w$]*)"/gu)].map(([, name]) => name);
    return WIRE.includes(file) ? [...quoted, ...text.match(/[A-Za-z_$][\w$]*/gu)] : quoted;
  }));
  return names.flat();
}

/** Leave out what no object is asked for: comments, classes of the style sheet, roles. */
function withoutWords(text) {
  return text.replace(/\/\*\*?[\s\S]*?\*\/|^\s*\/\/.*$/gmu, "").replace(/\b(?:class|role)="[^"]*"/gu, "");
}

/**
 * Return what gives the custom properties of a sheet, which are asked for as `--name`, short names: those that come
 * often the shortest. Names with a number stand in the script as a pattern and keep theirs.
 */
export function customProperties(sheet) {
  const counts = new Map();
  for (const [property] of sheet.matchAll(PROPERTY)) if (!/\d/u.test(property)) counts.set(property, (counts.get(property) ?? 0) + 1);
  const often = [...counts].sort(([one, n], [other, m]) => m - n || (one < other ? -1 : 1));
  const names = new Map(often.map(([name], k) => [name, `--${k < 25 ? "" : "z"}${String.fromCharCode(97 + (k % 25))}`]));
  return (text) => text.replace(PROPERTY, (property) => names.get(property) ?? property);
}

/** Only where no subtraction of a script can be meant. */
const PROPERTY = /(?<=var\()--[a-z][\w-]*(?=[,)])|(?<=["'`])--[a-z][\w-]*(?=["'`])|(?<=[{;])--[a-z][\w-]*(?=:)/gu;

/** Replace globals by constants of a module that esbuild adds. */
function globals() {
  const short = (name) => `_${name.replace(".", "_")}`;
  const code = GLOBALS.map((name) => {
    const [object, property] = name.split(".");
    return property === undefined ? `export const ${short(name)} = globalThis["${name}"];` : `export const ${short(name)} = globalThis["${object}"]["${property}"];`;
  }).join("\n");
  const plugin = {
    name: "globals",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^globals$/ }, () => ({ path: "globals", namespace: "globals" }));
      onLoad({ filter: /.*/, namespace: "globals" }, () => ({ contents: code, loader: "js" }));
    },
  };
  return { define: Object.fromEntries(GLOBALS.map((name) => [name, short(name)])), inject: ["globals"], plugins: [plugin] };
}
