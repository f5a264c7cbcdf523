/** The five classics: parity with the recipes in float64, and their facts. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { CLASSICS, docWith, type Classic } from "../src/data/classics";
import { DataMaker } from "../src/data/dataset";
import { FIRST, toySource } from "../src/state/defaults";
import { createSession } from "../src/state/session";
import type { Session } from "../src/state/types";
import reference from "./reference.json";

function sessionOf(classic: Classic): Session {
  return createSession({ doc: classic.doc, prepare: new DataMaker().prepare, now: () => 0 });
}

function reach(session: Session, epoch: number): void {
  session.reach(epoch);
  while (session.status === "moving") session.tick(50);
}

for (const classic of CLASSICS) {
  const expected = reference.classics[classic.id as keyof typeof reference.classics];

  test(`${classic.id}: equal to the recipe after 200 steps`, () => {
    const session = sessionOf(classic);
    reach(session, expected.epochs);
    const largest = Math.max(...expected.theta.map((value, i) => Math.abs(value - session.theta[i]!)));
    assert.ok(largest < 1e-9, String(largest));
  });

  test(`${classic.id}: the fact at its end`, () => {
    const session = sessionOf(classic);
    assert.equal(classic.fact(session), null);
    reach(session, expected.at);
    const fact = classic.fact(session)!;
    assert.deepEqual([fact.value, fact.holds], [fact.expected, true]);
    // Within its 7000 epochs, differences of 1e-15 in the parameters of bumps grow to 1e-2.
    assert.ok(Math.abs(session.curves.loss[expected.at]! - expected.loss) < (classic.id === "bumps" ? 0.05 : 1e-4));
    assert.equal(session.evaluate("training")!.nRight, expected.right);
    assert.equal(session.doc.training.stop.epochs, expected.at);
    session.setNetwork({ seed: 99 });
    reach(session, 1);
    assert.equal(classic.fact(session), null);
  });
}

test("ten points: the rate of 1 is the cure", () => {
  const classic = CLASSICS.find(({ id }) => id === "ten-points")!;
  const session = sessionOf(classic);
  session.setTraining({ rate: 1 });
  reach(session, 10_000);
  assert.deepEqual(classic.fact(session), { code: "fact-ten-points-cured", value: "10 of 10", expected: "10 of 10", holds: true });
});

test("other data after a classic get a network that fits them, after one's own keep it", () => {
  const clouds = CLASSICS.find(({ id }) => id === "gaussians")!.doc;
  const spiral = docWith(clouds, toySource("spiral"));
  assert.deepEqual([spiral.network, spiral.training], [FIRST.network, FIRST.training]);
  assert.deepEqual([spiral.view.classic, spiral.data.heldOut], [null, FIRST.data.heldOut]);
  const own = { ...FIRST, network: { ...FIRST.network, seed: 7 }, data: { ...FIRST.data, heldOut: 0.5 } };
  const xor = docWith(own, toySource("xor"));
  assert.deepEqual([xor.network, xor.data.heldOut, xor.data.source.kind === "toy" && xor.data.source.name], [own.network, 0.5, "xor"]);
});
