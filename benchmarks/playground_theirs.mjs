/**
 * The page of TensorFlow Playground, built from a checkout as its own package builds it, and timed while it plays.
 *
 * Its libraries are one script before its own; its own sources are bundled by esbuild instead of its old tools. It
 * trains one epoch in each frame of the animation, and draws it. What its page loads from the network is left out.
 */

import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const WEB = new URL("../web/", import.meta.url);
const { build } = await import(pathToFileURL(createRequire(new URL("package.json", WEB)).resolve("esbuild")));
const { withBrowser } = await import(new URL("test/browser/pages.mjs", WEB));

const LIBRARIES = ["material-design-lite/material.min.js", "d3/d3.min.js", "seedrandom/seedrandom.min.js"];
const STATE = "activation=tanh&batchSize=10&dataset=spiral&learningRate=0.03&regularizationRate=0&noise=0&networkShape=8,8&seed=0.1&percTrainData=50&x=true&y=true";

/** Return its epochs with drawing of some seconds, and the CPU of its main thread: 2-8-8-1 tanh, batches of 10. */
export async function timeTheirs(chromium, checkout, seconds) {
  const folder = await mkdtemp(join(tmpdir(), "playground-"));
  try {
    await buildPage(resolve(checkout), folder);
    return await withBrowser(chromium, {}, (context) => timePage(context, join(folder, "index.html"), seconds));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function buildPage(checkout, folder) {
  const joined = async (...paths) => (await Promise.all(paths.map((path) => readFile(path, "utf8")))).join("\n");
  const library = (path) => join(checkout, "node_modules", path);
  await writeFile(join(folder, "lib.js"), await joined(...LIBRARIES.map(library)));
  await writeFile(join(folder, "bundle.css"), await joined(library("material-design-lite/material.min.css"), join(checkout, "styles.css")));
  await cp(join(checkout, "index.html"), join(folder, "index.html"));
  await build({
    entryPoints: [join(checkout, "src/playground.ts")], bundle: true, minify: true, format: "iife", outfile: join(folder, "bundle.js"),
    logLevel: "error", tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    plugins: [{
      name: "one d3",
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /^d3$/ }, () => ({ path: "d3", namespace: "library" }));
        onLoad({ filter: /.*/, namespace: "library" }, () => ({ contents: "module.exports = window.d3;" }));
      },
    }],
  });
}

async function timePage(context, path, seconds) {
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  await page.addInitScript(() => { window.ga = () => {}; });
  await page.route(/^https?:/, (route) => route.abort());
  await page.goto(`${pathToFileURL(path)}#${STATE}`);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.locator("#play-pause-button").click();
  await page.waitForTimeout(1000); // compiled code first
  const before = await reading(cdp, page);
  await page.waitForTimeout(1000 * seconds);
  const after = await reading(cdp, page);
  if (faults.length) throw new Error(`TensorFlow Playground's page failed: ${faults.join("; ")}`);
  return { epochs: after.epoch - before.epoch, seconds: after.time - before.time, cpu: after.cpu - before.cpu };
}

async function reading(cdp, page) {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const epoch = Number((await page.locator("#iter-number").textContent()).replaceAll(",", ""));
  return { cpu: metrics.find(({ name }) => name === "TaskDuration").value, epoch, time: performance.now() / 1000 };
}
