/** The core against numbers that the Python package computed (make_reference.py). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Evaluator } from "../src/core/evaluator";
import { erf } from "../src/core/activations";
import * as functions from "../src/core/functions";
import { dense } from "../src/core/network";
import { RandomState } from "../src/core/random";
import * as toys from "../src/core/toys";
import { startOf, Trainer } from "../src/core/trainer";
import { sinCos } from "../src/core/trigonometry";
import type { Network, Rows } from "../src/core/types";
import { CASES, largestDifference, rowsOf, train, trainerOf } from "./cases";
import reference from "./reference.json";

for (const [name, one] of Object.entries(CASES))
  test(`parity: ${name}`, () => {
    const trainer = trainerOf(one);
    assert.equal(largestDifference(trainer.theta, one.initial), 0, "initial parameters");
    train(trainer, one.epochs);
    assert.ok(largestDifference(trainer.theta, one.theta) < 1e-9, `theta: ${largestDifference(trainer.theta, one.theta)}`);
    assert.ok(Math.abs(trainer.lastLoss - one.loss) < 1e-9 * (1 + one.loss), "loss");
    const heldOut = trainer.lastHeldOut!;
    assert.ok(Math.abs(heldOut.loss - one.held_out_loss) < 1e-8 * (1 + one.held_out_loss), "held-out loss");
    assert.ok(Math.abs(heldOut.score - one.held_out_score) < 1e-8, "held-out score");
  });

test("a training that is continued from a snapshot has the same bits", () => {
  for (const name of ["dropout", "with replacement", "uneven batches", "optimizer adamw"]) {
    const one = CASES[name]!;
    const whole = trainerOf(one);
    train(whole, 30);
    const first = trainerOf(one);
    train(first, 11);
    for (let i = 0; i < 2; i++) while (first.next() === "block");
    const moment = first.save();
    train(first, 2);
    first.load(moment);
    train(first, 30 - 11);
    assert.deepEqual(first.theta, whole.theta, name);
  }
});

test("a moment in the middle of a batch does not draw the order twice", () => {
  const one = { ...CASES["uneven batches"]!, batch: 1000 };
  const points = Array.from({ length: 700 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
  const make = () => {
    const model = trainerOf({ ...one, batch: 300 });
    return new Trainer(model.plan, rowsOf(points, one.head, 1), null, model.save());
  };
  const whole = make();
  train(whole, 3);
  const cut = make();
  assert.equal(cut.next(), "block");
  cut.load(cut.save());
  train(cut, 3);
  assert.deepEqual(cut.theta, whole.theta);
});

test("frozen parameters stay, the others move", () => {
  for (const name of ["optimizer adamw", "optimizer momentum", "penalties", "optimizer lion"]) {
    const trainer = trainerOf(CASES[name]!);
    const start = trainer.save();
    const plan = { ...trainer.plan, frozen: [0, 7] };
    const frozen = new Trainer(plan, trainer.rows, null, start);
    train(frozen, 3);
    for (let i = 0; i < start.theta.length; i++)
      assert.equal(frozen.theta[i] === start.theta[i], plan.frozen.includes(i), `${name}: parameter ${i}`);
  }
});

test("a training that diverges says so", () => {
  const trainer = trainerOf({ ...CASES["head regression"]!, activation: ["identity"], optimizer: { ...CASES["optimizer sgd"]!.optimizer }, rate: 1e6 });
  let work = trainer.next();
  for (let i = 0; i < 10000 && work !== "diverged"; i++) work = trainer.next();
  assert.equal(work, "diverged");
});

test("draws are NumPy's", () => {
  const random = new RandomState(42);
  const { uniform, normal, permutation, randint, uint32, last } = reference.draws;
  assert.deepEqual(uniform.map(() => random.uniform(-2, 3)), uniform);
  assert.deepEqual(normal.map(() => random.normal()), normal);
  assert.deepEqual([...random.permutation(17)], permutation);
  assert.deepEqual(randint.map(() => random.interval(999)), randint);
  assert.deepEqual(uint32.map(() => random.uint32()), uint32);
  const many = Array.from({ length: 400 }, () => random.normal());
  assert.deepEqual([many[1], many[399]], last);
});

test("toy data are scikit-learn's and sx.datasets'", () => {
  const made: Record<string, toys.Points> = {
    circles: toys.circles(500, 0.15, 1),
    moons: toys.moons(1000, 0.1, 1),
    "moons of 12": toys.moons(1000, 0.1, 12),
    spiral: toys.spiral(400, 0.02, 1, 2),
    "spiral of three": toys.spiral(300, 0.1, 4, 3),
    xor: toys.checkerboard(400, 0.05, 1, 2),
    checkerboard: toys.checkerboard(1000, 0, 1, 4),
    gaussians: toys.gaussians(40, 1, 1),
  };
  for (const [name, expected] of Object.entries(reference.toys)) {
    const points = made[name]!;
    assert.equal(points.nRows, expected.n, name);
    let largest = 0;
    expected.X.forEach(([a, b], i) => {
      largest = Math.max(largest, Math.abs(points.X[20 * i]! - a!), Math.abs(points.X[points.nRows + 20 * i]! - b!));
      assert.equal(points.y[20 * i], expected.y[i], name);
    });
    assert.ok(largest < 1e-15, `${name}: ${largest}`);
    const sum = points.X.reduce((total, value) => total + Math.abs(value), 0);
    assert.ok(Math.abs(sum - expected.sum) < 1e-9, name);
  }
});

test("functions are close to the mathematical ones", () => {
  const close = (a: number, b: number, bound: number) => Math.abs(a - b) <= bound * Math.abs(b);
  for (let i = 0; i <= 4000; i++) {
    const x = -40 + i / 50;
    assert.ok(close(functions.exp(x), Math.exp(x), 1e-15), `exp ${x}`);
    assert.ok(close(functions.tanh(x), Math.tanh(x), 1e-13), `tanh ${x}`);
    assert.ok(close(functions.log(Math.exp(x)), Math.log(Math.exp(x)), 3e-16), `log ${x}`);
    if (x <= 0) assert.ok(close(functions.expm1Negative(x), Math.expm1(x), 1e-13), `expm1 ${x}`);
    if (x <= 0) assert.ok(close(functions.log1p(Math.exp(x)), Math.log1p(Math.exp(x)), 1e-15), `log1p ${x}`);
    const [s, c] = sinCos(x);
    assert.ok(Math.abs(s - Math.sin(x)) < 2e-16 && Math.abs(c - Math.cos(x)) < 2e-16, `sine ${x}`);
  }
  assert.ok(close(functions.exp(-740), Math.exp(-740), 1e-2) && functions.exp(-746) === 0);
  assert.ok(close(functions.exp(709.7), Math.exp(709.7), 1e-15) && functions.exp(710) === Infinity);
  for (const f of [functions.exp, functions.expNegative, functions.tanh, functions.logistic, functions.softplus, functions.log])
    assert.ok(Number.isNaN(f(NaN)));
  assert.deepEqual([functions.tanh(Infinity), functions.tanh(-Infinity), Math.abs(functions.tanh(0))], [1, -1, 0]);
  assert.ok(functions.logistic(-Infinity) < 1e-300);
  assert.deepEqual([functions.logistic(Infinity), functions.log(0)], [1, -Infinity]);
  const known: [number, number][] = [[0.5, 0.5204998778130465], [1, 0.8427007929497149], [2, 0.9953222650189527], [3, 0.9999779095030014]];
  for (const [x, y] of known) assert.ok(close(erf(x), y, 3e-16) && close(erf(-x), -y, 3e-16), `erf ${x}`);
});

test("the circles recipe, wholly in the page, gives its facts", () => {
  const points = toys.circles(500, 0.15, 1);
  const rows: Rows = { nRows: 500, X: points.X, T: points.y };
  const network: Network = { nIn: 2, layers: [dense(4, "logistic"), dense(1)], head: "binary" };
  const plan = {
    network, optimizer: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, epsilonHat: false } as const,
    rate: 0.1, l1: 0, l2: 0, batchSize: Infinity, order: "shuffle" as const, frozen: [],
  };
  const start = startOf(plan, "torch", 1, null);
  const trainer = new Trainer(start.plan, rows, null, start);
  train(trainer, 130);
  const at = new Evaluator(network, { nRows: 1, X: Float64Array.of(-0.5, -0.4), T: Float64Array.of(1) }).run(trainer.theta);
  assert.equal(Math.exp(-at.loss).toFixed(4), "0.6090");
  assert.equal(trainer.lastLoss.toFixed(4), "0.0540");
  assert.equal(new Evaluator(network, rows).run(trainer.theta).score, 0.988);
});
