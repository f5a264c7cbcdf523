/** One epoch of training by our core, and by `oneStep` of TensorFlow Playground, on the same points: runs in Node and in a page. */

import { dense } from "../web/src/core/network";
import { spiral } from "../web/src/core/toys";
import { startOf, Trainer } from "../web/src/core/trainer";
import type { Network, Rows } from "../web/src/core/types";
// @ts-ignore: its source is given when the benchmark is built.
import * as nn from "theirs";

const PIECE = 4; // milliseconds of a piece, about; the clock of a browser steps by 0.1
const WARM = 300;
const ROUNDS = 200;

export interface Times {
  readonly ours: number;
  readonly theirs: number | null;
}

/** Return microseconds of an epoch: 2-8-8-1 tanh, 250 points of a spiral and 250 held back, batches of 10, SGD. */
export function time(): Times {
  const points = spiral(500, 0.02, 1, 2);
  const half = (from: number): Rows => ({
    nRows: 250, X: Float64Array.of(...points.X.slice(from, from + 250), ...points.X.slice(500 + from, 750 + from)), T: points.y.slice(from, from + 250),
  });
  const ours = timer(ourEpoch(half(0), half(250)));
  const theirs = nn.buildNetwork === undefined ? null : timer(theirEpoch(half(0), half(250)));
  for (let round = 0; round < ROUNDS; round++) {
    ours.measure();
    theirs?.measure();
  }
  return { ours: ours.result(), theirs: theirs && theirs.result() };
}

/** Time pieces of a fixed number of epochs; the fastest is what the work costs undisturbed. */
function timer(epoch: () => void): { measure: () => void; result: () => number } {
  const run = (n: number) => {
    const start = performance.now();
    for (let k = 0; k < n; k++) epoch();
    return (performance.now() - start) / n;
  };
  for (const end = performance.now() + WARM; performance.now() < end; ) run(5); // compiled code first
  let n = 1;
  while (n * run(n) < PIECE) n *= 2;
  let best = Infinity;
  return { measure: () => { best = Math.min(best, run(n)); }, result: () => 1000 * best };
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

/** Their seven features of a point; the first two are chosen, as when their page opens. */
const FEATURES: Record<string, (x: number, y: number) => number> = {
  x: (x) => x, y: (_, y) => y, xSquared: (x) => x * x, ySquared: (_, y) => y * y, xTimesY: (x, y) => x * y, sinX: (x) => Math.sin(x), sinY: (_, y) => Math.sin(y),
};
const CHOSEN: Record<string, boolean> = { x: true, y: true };

/** Their network's inputs, made from the features for each point and at every use, as they do it. */
function inputOf(x: number, y: number): number[] {
  const input: number[] = [];
  for (const name in FEATURES) if (CHOSEN[name]) input.push(FEATURES[name](x, y));
  return input;
}

/** Training point by point, then the losses of training and test points: what `oneStep` does before it draws. */
function theirEpoch(training: Rows, test: Rows): () => void {
  const network = nn.buildNetwork([2, 8, 8, 1], nn.Activations.TANH, nn.Activations.TANH, null, ["x", "y"]);
  const pointsOf = ({ nRows, X, T }: Rows) => Array.from({ length: nRows }, (_, i) => ({ x: X[i], y: X[nRows + i], label: T[i] === 1 ? 1 : -1 }));
  const lossOf = (points: ReturnType<typeof pointsOf>) => {
    let loss = 0;
    for (const { x, y, label } of points) loss += nn.Errors.SQUARE.error(nn.forwardProp(network, inputOf(x, y)), label);
    return loss / points.length;
  };
  const trainingPoints = pointsOf(training);
  const testPoints = pointsOf(test);
  return () => {
    trainingPoints.forEach(({ x, y, label }, i) => {
      nn.forwardProp(network, inputOf(x, y));
      nn.backProp(network, label, nn.Errors.SQUARE);
      if ((i + 1) % 10 === 0) nn.updateWeights(network, 0.03, 0);
    });
    lossOf(trainingPoints);
    lossOf(testPoints);
  };
}
