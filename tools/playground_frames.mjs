/**
 * Take the frames of docs/playground.webp: node tools/playground_frames.mjs CHROMIUM PAGE.html FOLDER
 *
 * The page's clock is driven by hand, so that every run gives the same frames. A line of JSON on standard output has
 * the milliseconds that each frame is shown. See make_playground_film.py.
 */

import { join } from "node:path";
import { Playground, linkTo, withBrowser } from "../web/test/browser/pages.mjs";

const [chromium, page, folder] = process.argv.slice(2);

const SIZE = { width: 1280, height: 740 };
const FRAME = 110; // milliseconds of the film
const STEP = 180; // milliseconds of the page
const [FIRST, LAST] = [700, 1500];
const STOP = 190; // epochs of training
const END = 200; // of the axis then
const BACK = [175, 150, 125, 100, 80, 90, 110, 130, 155, 175]; // epochs that the slider is dragged to

const layer = { units: 8, activation: "tanh", dropout: 0 };
const DOC = {
  data: { source: { kind: "toy", name: "spiral", points: 360, noise: 0.02, seed: 1, classes: 2 }, heldOut: 0.33, splitSeed: 1 },
  network: { hidden: [layer, layer], bias: true, loss: "cross-entropy", init: "glorot", seed: 2, given: null },
  training: {
    optimizer: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, epsilonHat: true }, rate: 0.02, batch: 10,
    order: "shuffle", l2: 0, l1: 0, stop: { epochs: null, patience: null }, frozen: [],
  },
  view: { speed: 0.5, plane: null, marked: null, unit: null, showHeldOut: true, classic: null },
};

await withBrowser(chromium, { viewport: SIZE, colorScheme: "light" }, async (context) => {
  await context.clock.install();
  const playground = await Playground.open(context, page, linkTo(DOC));
  const shown = [];
  const take = async (ms) => {
    await playground.page.screenshot({ path: join(folder, `${String(shown.length).padStart(3, "0")}.png`) });
    shown.push(ms);
  };
  const forward = async () => await context.clock.runFor(STEP);
  await context.clock.pauseAt(Date.now() + 10_000);
  await forward();
  await take(FIRST);
  await playground.button("Play").click();
  while ((await playground.epoch) < STOP) {
    await forward();
    await take(FRAME);
  }
  await playground.button("Pause").click();
  await forward();
  await take(LAST);
  const curve = await playground.page.getByRole("slider", { name: "Epoch" }).boundingBox();
  const at = (epoch) => [curve.x + (curve.width * epoch) / END, curve.y + curve.height / 2];
  const { mouse } = playground.page;
  await mouse.move(...at(STOP));
  await mouse.down();
  for (const epoch of BACK) {
    await mouse.move(...at(epoch));
    await forward();
    await take(FRAME);
  }
  shown[shown.length - 1] = LAST;
  console.log(JSON.stringify(shown));
  await playground.done();
});
