/** Rooms import only from rooms before them, and no modules import each other in a circle. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";

const ROOMS = ["core", "state", "data", "text", "export", "views", "ui", "host"];

async function imports(): Promise<[string, string[]][]> {
  const { metafile } = await build({
    entryPoints: ["src/host/playground.ts"], bundle: true, write: false, metafile: true, outdir: "build/none", format: "esm",
    jsxFactory: "h", jsxFragment: "Fragment", logLevel: "error", treeShaking: false,
  });
  return Object.entries(metafile.inputs).map(([path, input]) => [path, input.imports.map((one) => one.path)]);
}

function roomOf(path: string): string {
  return path.startsWith("src/") ? path.split("/")[1]! : path.split("/")[1] ?? path;
}

test("each room imports only from itself and from rooms before it", async () => {
  const found = new Set<string>();
  for (const [path, targets] of await imports()) {
    if (!path.startsWith("src/") || roomOf(path) === "style") continue;
    const rank = ROOMS.indexOf(roomOf(path));
    assert.ok(rank >= 0, `${path} is in no room`);
    found.add(roomOf(path));
    for (const target of targets) {
      const room = roomOf(target);
      if (target.startsWith("src/")) assert.ok(room === "style" || ROOMS.indexOf(room) <= rank, `${path} imports ${target}`);
      else assert.fail(`${path} imports the package ${room}`);
    }
  }
  assert.ok(["core", "state", "data", "text", "views", "ui", "host"].every((room) => found.has(room)));
});

test("no circles", async () => {
  const graph = new Map(await imports());
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    assert.ok(!way.includes(path), `a circle: ${join(...way.slice(way.indexOf(path)), path)}`);
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) if (next.startsWith("src/")) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of graph.keys()) if (path.startsWith("src/")) visit(path, []);
});

test("the core needs no page", async () => {
  const { outputFiles } = await build({
    entryPoints: ["src/state/session.ts", "src/data/dataset.ts", "src/data/classics.ts"], bundle: true, write: false, outdir: "build/none", format: "esm", logLevel: "error",
  });
  const code = outputFiles.map(({ text }) => text).join("\n");
  for (const word of ["document.", "window.", "Math.exp(", "Math.log(", "Math.tanh(", "Math.sin(", "Math.cos(", "Math.pow(", "Math.random", " ** ", "Date"])
    assert.ok(!code.includes(word), word);
});
