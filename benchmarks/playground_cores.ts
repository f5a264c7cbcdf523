/** One epoch of training by our core, and by `oneStep` of TensorFlow Playground, on the same points: runs in Node and in a page. */

import { dense } from "../web/src/core/network";
import { spiral } from "../web/src/core/toys";
import { startOf, Trainer } from "../web/src/core/trainer";
import type { Network, Rows } from "../web/src/core/types";
// @ts-ignore: its source is given when the benchmark is built.
import * as nn from "theirs";

const PIECE = 2; // milliseconds: the lowest of many short pieces is what the work costs undisturbed
const ROUNDS = 250;

/** Return microseconds of an epoch: 2-8-8-1 tanh, 250 points of a spiral and 250 held back, batches of 10, SGD. */
export function time(): { ours: number; theirs: number | null } {
  const points = spiral(500, 0.02, 1, 2);
  const half = (from: number): Rows => ({
    nRows: 250, X: Float64Array.of(...points.X.slice(from, from + 250), ...points.X.slice(500 + from, 750 + from)), T: points.y.slice(from, from + 250),
  });
  const ours = ourEpoch(half(0), half(250));
  const theirs = nn.buildNetwork === undefined ? null : theirEpoch(half(0), half(250));
  let best = Infinity;
  let bestOfTheirs = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    best = Math.min(best, piece(ours));
    if (theirs !== null) bestOfTheirs = Math.min(bestOfTheirs, piece(theirs));
  }
  return { ours: best, theirs: theirs === null ? null : bestOfTheirs };
}

function piece(epoch: () => void): number {
  const start = performance.now();
  let n = 0;
  let end = start;
  do {
    epoch();
    n++;
    end = performance.now();
  } while (end - start < PIECE);
  return (1000 * (end - start)) / n;
}

function ourEpoch(training: Rows, heldOut: Rows): () => void {
  const network: Network = { nIn: 2, layers: [dense(8, "tanh"), dense(8, "tanh"), dense(1)], head: "binary" };
  const optimizer = { name: "sgd", momentum: 0, nesterov: false } as const;
  const start = startOf({ network, optimizer, rate: 0.03, l2: 0, l1: 0, batchSize: 10, order: "shuffle", frozen: [] }, "glorot", 1, null);
  const trainer = new Trainer(start.plan, training, heldOut, start);
  return () => {
    while (trainer.next() !== "epoch");
  };
}

/** Training point by point, then the losses of training and test points: what `oneStep` does before it draws. */
function theirEpoch(training: Rows, test: Rows): () => void {
  const network = nn.buildNetwork([2, 8, 8, 1], nn.Activations.TANH, nn.Activations.TANH, null, ["x", "y"]);
  const pointsOf = ({ nRows, X, T }: Rows) => Array.from({ length: nRows }, (_, i) => ({ input: [X[i], X[nRows + i]], label: T[i] === 1 ? 1 : -1 }));
  const lossOf = (points: ReturnType<typeof pointsOf>) => {
    let loss = 0;
    for (const { input, label } of points) loss += nn.Errors.SQUARE.error(nn.forwardProp(network, input), label);
    return loss / points.length;
  };
  const trainingPoints = pointsOf(training);
  const testPoints = pointsOf(test);
  return () => {
    trainingPoints.forEach(({ input, label }, i) => {
      nn.forwardProp(network, input);
      nn.backProp(network, label, nn.Errors.SQUARE);
      if ((i + 1) % 10 === 0) nn.updateWeights(network, 0.03, 0);
    });
    lossOf(trainingPoints);
    lossOf(testPoints);
  };
}
