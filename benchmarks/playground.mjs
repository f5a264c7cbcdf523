/**
 * Time the playground's page in Chromium: node benchmarks/playground.mjs PAGE.html [--theirs nn.ts]
 *
 * PAGE.html is any page that `separatrix play -o` wrote. CPU of the page's main thread (CDP, thread ticks) does not
 * depend on how busy the machine is; frames and epochs a second do. --theirs is `src/nn.ts` of TensorFlow Playground
 * (https://github.com/tensorflow/playground): its training of one epoch, as its `oneStep` does it, is then timed
 * beside ours. Needs `npm ci` in web/; the variable CHROMIUM is the browser, by default /usr/bin/chromium.
 */

import { deflateRawSync } from "node:zlib";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const WEB = join(HERE, "../web");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const fromWeb = createRequire(join(WEB, "package.json"));
const { build } = await import(pathToFileURL(fromWeb.resolve("esbuild")));
const { withBrowser, Playground } = await import(pathToFileURL(join(WEB, "test/browser/pages.mjs")));

const FRAMES = 240;
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

/** Return a link to a document, as the page writes it. */
function linkTo(doc) {
  return `#1.${deflateRawSync(JSON.stringify({ ...doc, epoch: 0 })).toString("base64url")}`;
}

/** Time frames with every view of the first screen; return CPU of an epoch with drawing, in microseconds, as in their example. */
async function timePage(path) {
  return await withBrowser(CHROMIUM, {}, async (context) => {
    const cases = [["full batches", DOC, 0, SPEEDS[0]], ["full batches", DOC, 0.33, SPEEDS[0]], ["batches of 10", WITH_BATCHES, 0.5, SPEEDS[1]]];
    let perEpoch = 0;
    for (const [what, doc, heldOut, speed] of cases) {
      const playground = await Playground.open(context, path, linkTo({ ...doc, data: { ...doc.data, heldOut }, view: { ...doc.view, speed } }));
      const { page } = playground;
      const cdp = await context.newCDPSession(page);
      await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
      if (await playground.button("Play").count()) await playground.button("Play").click();
      await frames(page, 60); // compiled code first
      const before = await reading(cdp, playground);
      await frames(page, FRAMES);
      const after = await reading(cdp, playground);
      const epochs = after.epoch - before.epoch;
      const of = (name) => ((1000 * (after[name] - before[name])) / FRAMES).toFixed(1);
      perEpoch = (1e6 * (after.cpu - before.cpu)) / epochs;
      console.log(
        `2-8-8-1, 500 points, ${what}, held back ${heldOut}: ${of("cpu")} ms of CPU a frame, of it script ${of("script")}, style ${of("style")}, layout ${of("layout")}; ` +
          `${(epochs / FRAMES).toFixed(1)} epochs a frame, ${(epochs / (after.time - before.time)).toFixed(0)} epochs a second, ${perEpoch.toFixed(0)} µs of CPU an epoch`,
      );
      await page.close();
    }
    return perEpoch;
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
  let theirsShown = null;
  await withBrowser(CHROMIUM, {}, async (context) => {
    const page = await context.newPage();
    const times = await page.evaluate(async (url) => (await import(url)).time(), code);
    report(`Chromium ${context.browser()?.version() ?? ""}`.trim(), times);
    ({ theirsShown } = times);
  });
  return theirsShown;
}

function report(where, { ours, theirs }) {
  const beside = theirs === null ? "" : `, TensorFlow Playground's oneStep without drawing ${theirs.toFixed(0)} µs: ${(theirs / ours).toFixed(1)} ×`;
  console.log(`${where}: an epoch of 2-8-8-1 on 250 points in batches of 10, and 250 held back: ${ours.toFixed(0)} µs${beside}`);
}

const [page, flag, theirs] = process.argv.slice(2);
if (page === undefined || (flag !== undefined && flag !== "--theirs")) throw new Error("node benchmarks/playground.mjs PAGE.html [--theirs nn.ts]");
const theirsShown = await timeCores(theirs);
const oursShown = page === "none" ? null : await timePage(page);
if (theirsShown && oursShown)
  console.log(
    `An epoch with drawing: ours ${oursShown.toFixed(0)} µs of CPU with all views painted; TensorFlow Playground ${theirsShown.toFixed(0)} µs with the ` +
      `values of its boundary, painting nothing (it draws after every epoch): at least ${(theirsShown / oursShown).toFixed(0)} ×`,
  );
