/**
 * Time the playground's page in Chromium: node benchmarks/playground.mjs PAGE.html [--theirs FOLDER]
 *
 * PAGE.html is any page that `separatrix play -o` wrote. CPU of the page's main thread (CDP, thread ticks) does not
 * depend on how busy the machine is; frames and epochs a second do. FOLDER is a checkout of TensorFlow Playground
 * (https://github.com/tensorflow/playground) with its libraries (`npm install d3@3.5.17 seedrandom@2.4.3
 * material-design-lite@1.3.0` there): its training of one epoch, as its `oneStep` does it, is then timed beside ours,
 * and its page beside ours. Needs `npm ci` in web/; the variable CHROMIUM is the browser, by default /usr/bin/chromium.
 */

import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { timeTheirs } from "./playground_theirs.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const WEB = join(HERE, "../web");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const fromWeb = createRequire(join(WEB, "package.json"));
const { build } = await import(pathToFileURL(fromWeb.resolve("esbuild")));
const { withBrowser, linkTo, Playground } = await import(pathToFileURL(join(WEB, "test/browser/pages.mjs")));

const FRAMES = 240;
const SECONDS = Number(process.env.SECONDS ?? 10); // of both pages, one after the other
const SPEEDS = [20, 200]; // epochs a frame that are asked for; the page does as many as fit
const tanh = { units: 8, activation: "tanh", dropout: 0 };
const DOC = {
  data: { source: { kind: "toy", name: "spiral", points: 500, noise: 0.02, seed: 1, classes: 2 }, heldOut: 0, splitSeed: 1 },
  network: { hidden: [tanh, tanh], bias: true, loss: "cross-entropy", init: "glorot", seed: 1, given: null },
  training: {
    optimizer: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, epsilonHat: true }, rate: 0.01, batch: "full",
    order: "shuffle", l2: 0, l1: 0, stop: { epochs: null, patience: null }, frozen: [],
  },
  view: { speed: 20, plane: null, marked: null, unit: null, showHeldOut: true, classic: null },
};

const WITH_BATCHES = {
  ...DOC, training: { ...DOC.training, optimizer: { name: "sgd", momentum: 0, nesterov: false }, rate: 0.03, batch: 10 },
};

/** Time frames with every view of the first screen. */
async function timePage(path) {
  await withBrowser(CHROMIUM, {}, async (context) => {
    const cases = [["full batches", DOC, 0, SPEEDS[0]], ["full batches", DOC, 0.33, SPEEDS[0]], ["batches of 10", WITH_BATCHES, 0.5, SPEEDS[1]]];
    for (const [what, doc, heldOut, speed] of cases) {
      const { page, cdp, playground } = await played(context, path, doc, heldOut, speed);
      await frames(page, 60); // compiled code first
      const before = await reading(cdp, playground);
      await frames(page, FRAMES);
      const after = await reading(cdp, playground);
      const epochs = after.epoch - before.epoch;
      const of = (name) => ((1000 * (after[name] - before[name])) / FRAMES).toFixed(1);
      console.log(
        `2-8-8-1, 500 points, ${what}, held back ${heldOut}: ${of("cpu")} ms of CPU a frame, of it script ${of("script")}, style ${of("style")}, layout ${of("layout")}; ` +
          `${(epochs / FRAMES).toFixed(1)} epochs a frame, ${(epochs / (after.time - before.time)).toFixed(0)} epochs a second`,
      );
      await page.close();
    }
  });
}

/** Open the page with a document and play. */
async function played(context, path, doc, heldOut, speed) {
  const playground = await Playground.open(context, path, linkTo({ ...doc, data: { ...doc.data, heldOut }, view: { ...doc.view, speed } }));
  const cdp = await context.newCDPSession(playground.page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  if (await playground.button("Play").count()) await playground.button("Play").click();
  return { page: playground.page, cdp, playground };
}

/** Time both pages with drawing, one after the other, twice: batches of 10, half of the points held back. */
async function timeBoth(path, theirs) {
  for (let turn = 0; turn < 2; turn++) {
    const times = { "TensorFlow Playground": await timeTheirs(CHROMIUM, theirs, SECONDS), "this playground": await timeOurs(path) };
    const [their, our] = Object.values(times).map(({ epochs, seconds }) => epochs / seconds);
    for (const [name, { epochs, seconds, cpu }] of Object.entries(times))
      console.log(`${name} with drawing: ${epochs} epochs in ${seconds.toFixed(1)} s, ${(epochs / seconds).toFixed(1)} a second; ${((1e6 * cpu) / epochs).toFixed(0)} µs of CPU an epoch`);
    const perEpoch = ({ cpu, epochs }) => cpu / epochs;
    const [theirCpu, ourCpu] = Object.values(times).map(perEpoch);
    console.log(`${(our / their).toFixed(0)} × as many epochs a second with drawing; an epoch for 1/${(theirCpu / ourCpu).toFixed(0)} of the CPU`);
  }
}

async function timeOurs(path) {
  return await withBrowser(CHROMIUM, {}, async (context) => {
    const { page, cdp, playground } = await played(context, path, WITH_BATCHES, 0.5, SPEEDS[1]);
    await page.waitForTimeout(1000);
    const before = await reading(cdp, playground);
    await page.waitForTimeout(1000 * SECONDS);
    const after = await reading(cdp, playground);
    return { epochs: after.epoch - before.epoch, seconds: after.time - before.time, cpu: after.cpu - before.cpu };
  });
}

function frames(page, n) {
  return page.evaluate((count) => new Promise((resolve) => {
    const next = () => (count-- > 0 ? requestAnimationFrame(next) : resolve());
    next();
  }), n);
}

async function reading(cdp, playground) {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const value = (name) => metrics.find((metric) => metric.name === name).value;
  return { cpu: value("TaskDuration"), script: value("ScriptDuration"), layout: value("LayoutDuration"), style: value("RecalcStyleDuration"), epoch: await playground.epoch, time: performance.now() / 1000 };
}

/** Time epochs of our core, and of the other playground's if its source is given, in Node and in Chromium. */
async function timeCores(theirs) {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, "playground_cores.ts")], bundle: true, format: "esm", write: false, logLevel: "error",
    plugins: [{
      name: "theirs",
      setup: ({ onResolve, onLoad }) => {
        onResolve({ filter: /^theirs$/ }, () => (theirs ? { path: resolve(theirs) } : { path: "none", namespace: "none" }));
        onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "export {};" }));
      },
    }],
  });
  const code = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
  report(`Node ${process.version}`, (await import(code)).time());
  await withBrowser(CHROMIUM, {}, async (context) => {
    const page = await context.newPage();
    const times = await page.evaluate(async (url) => (await import(url)).time(), code);
    report(`Chromium ${context.browser()?.version() ?? ""}`.trim(), times);
  });
}

function report(where, { ours, theirs }) {
  const beside = theirs === null ? "" : `, TensorFlow Playground's oneStep without drawing ${theirs.toFixed(0)} µs: ${(theirs / ours).toFixed(1)} ×`;
  console.log(`${where}: an epoch of 2-8-8-1 on 250 points in batches of 10, and 250 held back: ${ours.toFixed(0)} µs${beside}`);
}

const [page, flag, theirs] = process.argv.slice(2);
if (page === undefined || (flag !== undefined && flag !== "--theirs")) throw new Error("node benchmarks/playground.mjs PAGE.html [--theirs FOLDER]");
await timeCores(theirs && join(theirs, "src/nn.ts"));
await timePage(page);
if (theirs !== undefined) await timeBoth(page, theirs);
