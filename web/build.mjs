/**
 * Build the playground: one ES module and one style sheet in ../src/separatrix/playground/static.
 *
 * --compare   build, and compare the bytes with the files that are there
 * --tests     build the unit tests into build/test instead
 */
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { minify } from "terser";
import { compacted } from "./compact.mjs";
import { customProperties, shortened } from "./shorten.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const STATIC = join(HERE, "../src/separatrix/playground/static");
const ENTRY = join(HERE, "src/host/playground.ts");
/** Of the script and the style sheet together, so that the page stays light. */
const LIMIT = 150_000;

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  charset: "utf8",
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: HERE,
};

async function files() {
  const { outputFiles } = await build({
    ...shared,
    ...(await shortened(join(HERE, "src"))),
    entryPoints: { playground: ENTRY },
    outdir: STATIC,
    minify: true,
    write: false,
  });
  const short = customProperties(outputFiles.find(({ path }) => path.endsWith(".css")).text);
  return Promise.all(outputFiles.map(async ({ path, text }) => ({ path, contents: Buffer.from(short(path.endsWith(".js") ? await compressed(text) : tightened(text))) })));
}

/** Shorten a script once more: what esbuild leaves of functions that are called once, and of variables. */
async function compressed(script) {
  const { code } = await minify(compacted(script), { module: true, ecma: 2020, compress: { passes: 3, pure_getters: true, unsafe_arrows: true } });
  return code;
}

/** Take out what esbuild leaves in a style sheet: spaces before a custom property's value and in a container's condition. */
function tightened(sheet) {
  return sheet.replace(/([{;]--[\w-]+): /gu, "$1:").replace(/(\((?:min|max)-width): /gu, "$1:");
}

async function buildPage(compare) {
  const built = await files();
  const size = built.reduce((sum, { contents }) => sum + contents.length, 0);
  for (const { path, contents } of built) console.log(`${basename(path)}: ${contents.length} bytes`);
  if (size > LIMIT) throw new Error(`The page has ${size} bytes; at most ${LIMIT} are allowed.`);
  if (!compare) await mkdir(STATIC, { recursive: true });
  for (const { path, contents } of built) {
    if (!compare) await writeFile(path, contents);
    else if (!contents.equals(await readFile(path).catch(() => Buffer.alloc(0))))
      throw new Error(`${basename(path)} is not what the sources give; run 'npm run build' and commit it.`);
  }
}

/** Tests go to build/test, scripts that write samples for tests in Python to build/samples. */
async function buildTests() {
  for (const folder of ["test", "samples"]) await rm(join(HERE, "build", folder), { recursive: true, force: true });
  const names = await readdir(join(HERE, "test"));
  const entries = names.flatMap((name) => {
    const [, stem, kind] = /^(.+)\.(test|sample)\.(?:ts|mjs)$/.exec(name) ?? [];
    return stem === undefined ? [] : [[`${kind === "test" ? "test" : "samples"}/${stem}`, join(HERE, "test", name)]];
  });
  await build({
    ...shared,
    entryPoints: Object.fromEntries(entries),
    outdir: join(HERE, "build"),
    outExtension: { ".js": ".mjs" },
    platform: "node",
    packages: "external",
    loader: { ".json": "json" },
    sourcemap: "inline",
  });
}

if (process.argv.includes("--tests")) await buildTests();
else await buildPage(process.argv.includes("--compare"));
