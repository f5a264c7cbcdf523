/** The narrator: what it says of runs that go wrong, and that it does not say it of others. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { OPTIMIZERS } from "../src/core/optimizers";
import { CLASSICS, docWith } from "../src/data/classics";
import { DataMaker } from "../src/data/dataset";
import { FIRST, layerSpec, toySource } from "../src/state/defaults";
import { hasFailed, isRateTooLarge, overfitsSince } from "../src/state/judgement";
import { createSession } from "../src/state/session";
import type { Doc, Session, TrainingSpec } from "../src/state/types";
import { fixed, short } from "../src/text/format";
import { narrate } from "../src/text/narrator";

function sessionOf(doc: Doc): Session {
  return createSession({ doc, prepare: new DataMaker().prepare, now: () => performance.now() });
}

function reach(session: Session, epoch: number): Session {
  session.reach(epoch);
  while (session.status === "moving") session.tick(50);
  return session;
}

function said(session: Session): string {
  const { text, trend } = narrate(session, session.evaluate("training")!, session.evaluate("heldOut"), null, true);
  return `${text} ${trend ?? ""}`;
}

const SGD_TEN: Partial<TrainingSpec> = { optimizer: OPTIMIZERS.sgd, rate: 10 };

function docOf(toy: Parameters<typeof toySource>[0], training: Partial<TrainingSpec>, classes = 2): Doc {
  return { ...docWith(FIRST, { ...toySource(toy), classes }), training: { ...FIRST.training, ...training } };
}

const TOO_LARGE = /The loss (?:goes up and down|rises): the rate, 10, is too large\. Lower it, or choose Adam\./;

test("a rate that is too large is named, with its cure", () => {
  for (const doc of [docOf("bumps", SGD_TEN), docOf("blobs", SGD_TEN, 10), docOf("spiral", SGD_TEN)]) {
    const session = sessionOf(doc);
    for (const epoch of [30, 60, 100, 150, 200]) {
      const text = said(reach(session, epoch));
      assert.ok(TOO_LARGE.test(text), `${session.dataset.title}, epoch ${epoch}: ${text}; ${session.curves.loss.slice(-20)}`);
    }
  }
});

test("a loss that only rises is not said to go up and down", () => {
  const session = sessionOf(docOf("waves", { optimizer: OPTIMIZERS.sgd, rate: 1 }));
  const texts = [9, 10, 11].map((epoch) => said(reach(session, epoch)));
  assert.ok(texts.some((text) => text.includes("The loss rises: the rate, 1, is too large.")), `${texts}; ${session.curves.loss}`);
});

test("after the rate is lowered, the epochs before do not count", () => {
  const session = reach(sessionOf(docOf("spiral", SGD_TEN)), 60);
  assert.ok(hasFailed(session));
  session.setTraining({ optimizer: OPTIMIZERS.adam, rate: 0.01 });
  for (const epoch of [63, 70, 90, 120]) assert.ok(!isRateTooLarge(reach(session, epoch)), `epoch ${epoch}: ${session.curves.loss.slice(-20)}`);
});

test("a training that goes well is not called too fast", () => {
  const docs = [...CLASSICS.map(({ doc }) => doc), ...(["spiral", "xor", "checkerboard", "blobs", "waves"] as const).map((toy) => docOf(toy, {}))];
  for (const doc of docs) {
    const session = sessionOf(doc);
    for (let epoch = 3; epoch <= 60; epoch += 3) assert.ok(!isRateTooLarge(reach(session, epoch)), `${session.dataset.title}, epoch ${epoch}: ${session.curves.loss}`);
  }
});

const FEW: Doc = {
  ...FIRST,
  data: { source: { ...toySource("moons"), points: 60, noise: 0.4 }, heldOut: 0.5, splitSeed: 1 },
  network: { ...FIRST.network, hidden: [layerSpec(16), layerSpec(16)] },
};

test("overfitting is named, with the epoch since which the held-back loss rises", () => {
  const session = reach(sessionOf(FEW), 300);
  const { loss, heldOutLoss } = session.curves, best = heldOutLoss.indexOf(Math.min(...heldOutLoss));
  assert.ok(loss[300]! < 0.1 * loss[best]! && heldOutLoss[300]! > 1.5 * heldOutLoss[best]!);
  assert.match(said(session), new RegExp(`The network overfits.* since epoch ${best} `));
  session.setTraining({ stop: { epochs: 310, patience: null } });
  session.play();
  while (session.status === "playing") session.tick(50);
  assert.match(said(session), /Stopped, as you asked\..*The network overfits/);
  assert.equal(overfitsSince(reach(sessionOf(docOf("circles", {})), 100)), -1);
});

test("without held-back points it says that overfitting cannot be seen", () => {
  const given = sessionOf(FEW).theta.slice();
  const session = sessionOf({ ...FEW, data: { ...FEW.data, heldOut: 0 }, network: { ...FEW.network, given: { theta: [...given] } } });
  assert.match(said(session), /No points are held back, so overfitting cannot be seen\./);
  assert.match(said(reach(session, 5)), /No points are held back/);
  assert.doesNotMatch(said(reach(session, 40)), /No points are held back/);
  assert.doesNotMatch(said(reach(sessionOf(FEW), 5)), /No points are held back/);
});

test("a training that failed is not carried on to other data, another one is", () => {
  const mine = { ...FIRST.training, ...SGD_TEN };
  const doc = { ...FIRST, training: mine };
  assert.deepEqual(docWith(doc, toySource("xor")).training, mine);
  assert.deepEqual(docWith(doc, toySource("xor"), true).training, FIRST.training);
  assert.deepEqual(docWith(doc, toySource("xor"), true).network, FIRST.network);
  const table = { kind: "table", table: "a", target: "y", inputs: ["x"], task: "classification", scale: true, seed: 1 } as const;
  assert.equal(docWith(doc, table, true).training.rate, 0.01);
  assert.equal(docWith(doc, table).training.rate, 10);
});

test("years are shown whole, and other numbers with about three digits", () => {
  assert.deepEqual([2023, 2013.48, -1999, 9999.7, 12345, 123.456, 0.12345].map((value) => short(value)), ["2023", "2013", "−1999", "10000", "12300", "123", "0.123"]);
  assert.equal(short(2023.456, 6), "2023.46");
  assert.equal(fixed(2023.456), "2023.46");
});
