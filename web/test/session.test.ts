/** The session: timeline, rewind, branches, edits, undo. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DataMaker } from "../src/data/dataset";
import { FIRST, toySource } from "../src/state/defaults";
import { createSession } from "../src/state/session";
import type { Doc, Session } from "../src/state/types";

function sessionOf(change: Partial<Doc> = {}): Session {
  let time = 0;
  return createSession({ doc: { ...FIRST, ...change }, prepare: new DataMaker().prepare, now: () => (time += 0.01) });
}

/** Train to an epoch, as playing at full speed does. */
function reach(session: Session, epoch: number): void {
  session.reach(epoch);
  while (session.status === "moving") session.tick(50);
  assert.equal(session.position.epoch, epoch);
}

function seek(session: Session, epoch: number): void {
  session.seek(epoch);
  while (session.status === "moving") session.tick(50);
  assert.deepEqual(session.position, { epoch, batch: 0 });
}

test("a session begins untrained, with the values of epoch 0", () => {
  const session = sessionOf();
  assert.equal(session.status, "untrained");
  assert.deepEqual([session.curves.loss.length, session.curves.heldOutLoss.length], [1, 1]);
  assert.equal(session.dataset.training.nRows + session.dataset.heldOut!.nRows, 360);
  assert.equal(session.evaluate("heldOut")!.nRows, 120);
});

test("any epoch of the past comes back exactly, and the way forward again, too", () => {
  const session = sessionOf();
  const past = new Map<number, Float64Array>();
  for (const epoch of [0, 1, 7, 399, 400, 401, 655, 1000]) {
    reach(session, epoch);
    past.set(epoch, session.theta.slice());
  }
  const curves = session.curves.loss.slice();
  for (const epoch of [655, 7, 401, 0, 1000, 399, 1]) {
    seek(session, epoch);
    assert.deepEqual(session.theta, past.get(epoch), `epoch ${epoch}`);
  }
  assert.equal(session.lastEpoch, 1000);
  reach(session, 400);
  assert.deepEqual(session.theta, past.get(400));
  assert.deepEqual(session.curves.loss, curves);
});

test("playing at a speed does so many epochs a tick, slow speeds one in some ticks", () => {
  const session = sessionOf();
  session.setView({ speed: 5 });
  session.play();
  session.tick(1000);
  assert.equal(session.position.epoch, 5);
  session.setView({ speed: 0.25 });
  for (let i = 0; i < 8; i++) session.tick(1000);
  assert.equal(session.position.epoch, 7);
  session.pause();
  assert.equal(session.tick(1000), false);
  assert.equal(session.status, "paused");
});

test("an epoch over several ticks is the same epoch", () => {
  const one = sessionOf();
  reach(one, 20);
  const cut = sessionOf();
  cut.play();
  for (let i = 0; i < 10000 && cut.position.epoch < 20; i++) cut.tick(0.015);
  assert.deepEqual(cut.theta, one.theta);
});

test("a step of a batch and a step of the rest of the epoch", () => {
  const session = sessionOf();
  session.step("batch");
  assert.deepEqual(session.position, { epoch: 0, batch: 1 });
  session.step("epoch");
  assert.deepEqual(session.position, { epoch: 1, batch: 0 });
  const other = sessionOf();
  other.step("epoch");
  assert.deepEqual(session.theta, other.theta);
});

test("an edit begins a branch; rewinding and undoing go back before it", () => {
  const session = sessionOf();
  reach(session, 30);
  const before = session.theta.slice();
  session.play();
  session.edit(3, 1.5);
  assert.equal(session.status, "paused");
  session.edit(3, 2.5, true);
  assert.equal(session.theta[3], 2.5);
  assert.deepEqual(session.branches, [30]);
  reach(session, 50);
  const edited = session.theta.slice();
  seek(session, 30);
  assert.equal(session.theta[3], 2.5);
  seek(session, 50);
  assert.deepEqual(session.theta, edited);
  session.undo(); // one step for the whole drag
  assert.deepEqual(session.theta, before);
  assert.deepEqual([session.lastEpoch, session.branches], [30, []]);
  assert.ok(session.canRedo);
  session.redo();
  assert.deepEqual([session.theta, session.lastEpoch, session.canRedo], [edited, 50, false]);
  // Training on from before the edit leaves it behind, and undo brings it back.
  seek(session, 20);
  reach(session, 30);
  assert.deepEqual(session.theta, before);
  session.undo();
  assert.equal(session.lastEpoch, 50);
});

test("many steps of undo: every epoch of an old run still comes back", () => {
  const session = sessionOf();
  reach(session, 30);
  session.edit(0, 0.25);
  reach(session, 60);
  const theta = session.theta.slice();
  for (let i = 0; i < 10; i++) session.restart();
  for (let i = 0; i < 10; i++) session.undo();
  assert.deepEqual([session.theta, session.lastEpoch, session.branches], [theta, 60, [30]]);
  seek(session, 12);
  const twelve = session.theta.slice();
  seek(session, 60);
  assert.deepEqual(session.theta, theta);
  const other = sessionOf();
  reach(other, 12);
  assert.deepEqual(twelve, other.theta);
});

test("an edit in the middle of an epoch", () => {
  const session = sessionOf();
  reach(session, 2);
  session.step("batch");
  session.edit(0, -1);
  session.step("epoch");
  const after = session.theta.slice();
  reach(session, 9);
  seek(session, 3);
  assert.deepEqual(session.theta, after);
  seek(session, 2);
  assert.notEqual(session.theta[0], -1);
});

test("a change of the rate goes on from here, and each epoch comes back with its own rate", () => {
  const session = sessionOf();
  reach(session, 10);
  const ten = session.theta.slice();
  session.setTraining({ rate: 0.001 });
  reach(session, 20);
  const slow = session.theta.slice();
  session.setTraining({ batch: 8, optimizer: { name: "sgd", momentum: 0.9, nesterov: false } });
  reach(session, 25);
  const last = session.theta.slice();
  seek(session, 20);
  assert.deepEqual(session.theta, slow);
  seek(session, 5);
  seek(session, 10);
  assert.deepEqual(session.theta, ten);
  seek(session, 25);
  assert.deepEqual(session.theta, last);
  assert.deepEqual(session.branches, [10, 20]);
  const other = sessionOf();
  reach(other, 20);
  assert.notDeepEqual(other.theta, slow);
});

test("frozen parameters stay where they are, until they are freed", () => {
  const session = sessionOf();
  reach(session, 3);
  const { theta } = { theta: session.theta.slice() };
  session.setFrozen([0, 5], true);
  reach(session, 6);
  assert.deepEqual([session.theta[0], session.theta[5]], [theta[0], theta[5]]);
  assert.notEqual(session.theta[1], theta[1]);
  assert.ok(session.isFrozen(5));
  session.setFrozen([5], false);
  reach(session, 7);
  assert.notEqual(session.theta[5], theta[5]);
  session.setLayer(0, { units: 3 });
  assert.deepEqual(session.doc.training.frozen, []);
});

test("divergence stops the run at the last good epoch and says so", () => {
  const session = sessionOf({
    data: { source: toySource("waves"), heldOut: 0.2, splitSeed: 1 },
    network: { ...FIRST.network, loss: "squared", hidden: [{ units: 8, activation: "relu", dropout: 0 }] },
    training: { ...FIRST.training, rate: 1000, optimizer: { name: "sgd", momentum: 0, nesterov: false } },
  });
  session.play();
  for (let i = 0; i < 2000 && session.stop === null; i++) session.tick(50);
  while (session.status === "moving") session.tick(50);
  assert.equal(session.status, "diverged");
  assert.equal(session.stop!.kind, "diverged");
  assert.ok(session.theta.every(Number.isFinite));
  assert.equal(session.stop!.epoch, session.position.epoch + 1);
  session.restart();
  assert.equal(session.status, "untrained");
});

test("rules end a training: a number of epochs, or held-back loss that no longer falls", () => {
  const session = sessionOf();
  session.setTraining({ stop: { epochs: 12, patience: null } });
  session.setView({ speed: 5 });
  session.play();
  for (let i = 0; i < 10; i++) session.tick(1000);
  assert.deepEqual(session.stop, { kind: "epochs", epoch: 12 });
  assert.equal(session.status, "finished");
  session.play(); // goes on
  session.tick(1000);
  assert.equal(session.position.epoch, 17);
  session.setTraining({ stop: { epochs: null, patience: 40 } });
  for (let i = 0; i < 2000 && session.stop === null; i++) session.tick(1000);
  assert.equal(session.stop?.kind, "patience");
  const { heldOutLoss } = session.curves;
  const best = heldOutLoss.indexOf(Math.min(...heldOutLoss));
  assert.deepEqual(session.stop, { kind: "patience", epoch: session.position.epoch, best });
  assert.equal(session.position.epoch, Math.max(best, 12) + 40);
});

test("layers and units keep their limits", () => {
  const session = sessionOf();
  for (let i = 0; i < 9; i++) session.addLayer(0);
  assert.equal(session.doc.network.hidden.length, 6);
  session.setLayer(0, { units: 99 });
  assert.equal(session.doc.network.hidden[0]!.units, 32);
  session.setLayer(0, { units: 0 });
  assert.equal(session.doc.network.hidden[0]!.units, 1);
  for (let i = 0; i < 6; i++) session.removeLayer(0);
  assert.equal(session.network.layers.length, 1);
  assert.equal(session.theta.length, 3);
  for (let i = 0; i < 15; i++) session.undo();
  assert.deepEqual(session.doc.network, FIRST.network);
});

test("points are added to any toy of the plane, and erased", () => {
  const session = sessionOf();
  session.addPoints([[0, 0, 1], [0.1, 0, 1]]);
  assert.equal(session.dataset.nRows, 362);
  assert.equal(session.doc.data.source.kind, "drawn");
  session.addPoints([[0, 5, 2]]);
  assert.deepEqual(session.dataset.classNames, ["circle", "star", "square"]);
  assert.equal(session.network.head, "multiclass");
  session.erasePoints([0, 5], 0.5);
  assert.equal(session.dataset.nRows, 362);
  session.undo();
  session.undo();
  session.undo();
  assert.equal(session.doc.data.source.kind, "toy");
  session.setData({ source: toySource("bumps") });
  session.addPoints([[0, 0, 1]]);
  assert.deepEqual(session.problem, { code: "cannot-draw" });
  assert.equal(session.dataset.title, "bumps");
});

test("a kept run stays as it was", () => {
  const session = sessionOf();
  reach(session, 5);
  session.keep();
  const losses = session.curves.loss.slice();
  reach(session, 9);
  assert.deepEqual([session.kept!.loss, session.curves.loss.length], [losses, 10]);
  session.forget();
  assert.equal(session.kept, null);
});

test("a grid has the values of single rows, top row first", () => {
  const session = sessionOf();
  reach(session, 5);
  const plane = { origin: Float64Array.of(0.1, 0.2), a: (x: number) => Float64Array.of(x, 0), b: (y: number) => Float64Array.of(0, 2 * y) };
  const spec = { plane, a: [-1, 1], b: [0, 3], nA: 20, nB: 15 } as const;
  const values = session.grid(spec, false).outputs[0]!.slice();
  const withUnits = session.grid(spec, true);
  for (const [i, j] of [[0, 0], [19, 14], [7, 3]] as const) {
    const a = -1 + (i + 0.5) * 0.1;
    const b = 3 - (j + 0.5) * 0.2;
    const trace = session.trace(Float64Array.of(0.1 + a, 0.2 + 2 * b));
    assert.ok(Math.abs(values[j * 20 + i]! - trace.outputs[1]!) < 1e-12);
    assert.ok(Math.abs(withUnits.outputs[0]![j * 20 + i]! - trace.outputs[1]!) < 1e-12);
    assert.ok(Math.abs(withUnits.units[1]![4]![j * 20 + i]! - trace.a[1]![4]!) < 1e-12);
    assert.ok(Math.abs(Math.tanh(trace.z[1]![4]!) - trace.a[1]![4]!) < 1e-12);
  }
});

test("listeners hear of what they look at, and of nothing else", () => {
  const session = sessionOf();
  const heard: string[] = [];
  const stop = session.subscribe((s) => s.status, (now, before) => heard.push(`${before} ${now}`));
  session.subscribe((s) => s.doc.network.hidden.length, (now) => heard.push(`layers ${now}`));
  session.play();
  session.setView({ speed: 3 });
  session.addLayer(1);
  session.pause();
  stop();
  session.play();
  assert.deepEqual(heard, ["untrained playing", "layers 3", "playing untrained"]);
});
