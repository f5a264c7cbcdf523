/**
 * Print, of every training of reference.json and of toy data, a hash of all bits and the distance from Python's numbers.
 *
 * Runs in Node and in a browser: a test in Python compares what the two print.
 */

import * as toys from "../src/core/toys";
import { CASES, largestDifference, train, trainerOf } from "./cases";

/** FNV-1a over the bytes. */
function hashOf(values: Float64Array): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

const result: Record<string, { bits: string; distance: number }> = {};
for (const [name, one] of Object.entries(CASES)) {
  const trainer = trainerOf(one);
  train(trainer, one.epochs);
  const distance = largestDifference(trainer.theta, one.theta);
  train(trainer, 10 * one.epochs); // long runs enlarge any difference
  const heldOut = trainer.lastHeldOut!;
  const bits = hashOf(Float64Array.of(...trainer.theta, trainer.lastLoss, heldOut.loss, heldOut.score));
  result[name] = { bits, distance };
}
for (const points of [toys.circles(500, 0.15, 1), toys.moons(999, 0.1, 2), toys.spiral(500, 0.1, 3, 5), toys.waves(300, 0.2, 4)])
  result[`points ${Object.keys(result).length}`] = { bits: hashOf(Float64Array.of(...points.X, ...points.y)), distance: 0 };

const text = JSON.stringify(result);
if ("document" in globalThis) document.body.textContent = text;
else console.log(text);
