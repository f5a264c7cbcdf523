/** Links: the whole state there and back, and whatever a stranger may put into one. */

import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { test } from "node:test";

import { CLASSICS } from "../src/data/classics";
import { DataMaker } from "../src/data/dataset";
import { FIRST, toySource } from "../src/state/defaults";
import { linkState, readLink, writeLink } from "../src/state/link";
import { Problem } from "../src/state/problem";
import { createSession } from "../src/state/session";
import type { Doc, Session } from "../src/state/types";

function sessionOf(doc: Doc): Session {
  return createSession({ doc, prepare: new DataMaker().prepare, now: () => 0 });
}

function reach(session: Session, epoch: number): void {
  session.reach(epoch);
  while (session.status === "moving") session.tick(50);
}

async function problemOf(hash: string): Promise<Problem["note"]> {
  try {
    await readLink(hash);
  } catch (error) {
    if (error instanceof Problem) return error.note;
    throw error;
  }
  assert.fail("no problem");
}

function linkOf(value: unknown, version = 1): string {
  return `#${version}.${deflateRawSync(JSON.stringify(value)).toString("base64url")}`;
}

test("every document comes back as it was, and its epoch with the same bits", async () => {
  const drawn = { kind: "drawn", task: "classification", classes: 3, points: [[0.125, -1, 2], [3, 4, 0], [1, 1, 1]] } as const;
  const docs: Doc[] = [
    FIRST,
    ...CLASSICS.map(({ doc }) => doc),
    { ...FIRST, data: { ...FIRST.data, source: drawn } },
    { ...FIRST, data: { ...FIRST.data, source: { kind: "formula", formula: "sin(3x)/2 🙂", points: 100, noise: 0, seed: 4 } } },
    { ...FIRST, data: { ...FIRST.data, source: { ...toySource("blobs"), classes: 10 } }, view: { ...FIRST.view, marked: [0.5, 1], plane: { kind: "components" } } },
  ];
  for (const doc of docs) assert.deepEqual(await readLink(await writeLink({ doc, epoch: 7 })), { doc, epoch: 7 });
  const session = sessionOf(FIRST);
  reach(session, 40);
  const { doc, epoch } = await readLink(await writeLink(linkState(session)));
  const other = sessionOf(doc);
  reach(other, epoch);
  assert.deepEqual(other.theta, session.theta);
});

test("the link of the first screen is short", async () => {
  const link = await writeLink({ doc: FIRST, epoch: 430 });
  assert.ok(link.length < 600, String(link.length));
  assert.match(link, /^#1\.[\w-]+$/u);
});

/** Written by the first version; whatever changes, it must open. */
const OLD =
  "#1.XZFNbtswEIXv8taTQpbrFuAJuusiy8ALRhpbhCkOwRnZSAzdPRjBDtDuSOID398dY7SIcIfK0gb20yWVEQEmHyCUODMCZpGiIFRJxRRh33WEIkkZofuxIyjziPCbMOSoyorQr4SJ8_h3MWf6A0FrTva6kfuVUNhu0i6uOaV" +
  "x5ILwdsdSkiscCHGwdI2WpCCgcV5AGJtU2X5c6Zvd_8daLNO_7JHwnqIiWFuYkEUVAUMT1Rcu1qR62FSSIWBiPAP9JJzT1Z2VJeeVYC2mksrZTUu1NKdPbn55FKXnEYRZZi62zB784EHVuMkV4RSz8kpo0Z7NvUcbJoTdL4K00" +
  "T-DTsvplN1F7p3quh0h7xA6gppU1-Mqw-Q9dYQaLXHx9R4uT00-tzr740q4Jr5tE9ctU0-oOZYHTZhju_j7m3t98aWOtDX7BHSS25_nkluCx8xp-Fbc7HjTXw" +
  "";

test("a link of version 1 opens", async () => {
  const { doc, epoch } = await readLink(OLD);
  assert.equal(epoch, 0);
  assert.deepEqual(doc.data, { source: { kind: "toy", name: "moons", points: 300, noise: 0.1, seed: 7, classes: 2 }, heldOut: 0.25, splitSeed: 3 });
  assert.deepEqual(doc.network.hidden.map(({ units, activation }) => [units, activation]), [[5, "relu"], [3, "tanh"]]);
  assert.deepEqual([doc.training.rate, doc.training.batch, doc.training.l2, doc.training.frozen], [0.1, 16, 0.001, [2]]);
  assert.deepEqual(doc.view.marked, [0.5, -0.25]);
});

test("after an edit the weights themselves are in the link, to the last bit", async () => {
  const session = sessionOf(FIRST);
  reach(session, 3);
  session.edit(2, Math.PI);
  session.step("epoch");
  const { doc, epoch } = await readLink(await writeLink(linkState(session)));
  assert.equal(epoch, 0);
  const opened = sessionOf(FIRST);
  opened.open(doc, true);
  assert.deepEqual([opened.theta, opened.canUndo], [session.theta, false]);
  for (const rows of ["training", "heldOut"] as const) assert.equal(opened.evaluate(rows)!.loss, session.evaluate(rows)!.loss);
});

test("a broken link, a newer one, a value that cannot be", async () => {
  const good = await writeLink({ doc: FIRST, epoch: 1 });
  for (const hash of ["", "#", "#1.", "#1.!!!", good.slice(0, -9), "#x", "#1.AAAA", `#0${good.slice(2)}`, linkOf(null), linkOf([])])
    assert.match((await problemOf(hash)).code, /^link-(broken|version|value)$/u, hash);
  assert.deepEqual(await problemOf(`#2${good.slice(2)}`), { code: "link-version", version: 2, known: 1 });
  const value = (change: object) => linkOf({ ...FIRST, epoch: 0, ...change });
  assert.equal((await readLink(value({}))).epoch, 0);
  const { network, training, data, view } = FIRST;
  const bad: [object, string][] = [
    [{ network: { ...network, hidden: Array(7).fill(network.hidden[0]) } }, "doc.network.hidden"],
    [{ network: { ...network, hidden: [{ units: 33, activation: "tanh", dropout: 0 }] } }, "doc.network.hidden[0].units"],
    [{ network: { ...network, hidden: [{ units: 3, activation: "constructor", dropout: 0 }] } }, "doc.network.hidden[0].activation"],
    [{ training: { ...training, rate: null } }, "doc.training.rate"],
    [{ training: { ...training, batch: 0 } }, "doc.training.batch"],
    [{ training: { ...training, optimizer: { name: "__proto__" } } }, "doc.training.optimizer.name"],
    [{ data: { ...data, heldOut: 0.9 } }, "doc.data.heldOut"],
    [{ data: { ...data, source: { ...data.source, points: 1e9 } } }, "doc.data.source.points"],
    [{ data: { ...data, source: { kind: "drawn", task: "regression", classes: 0, points: [["a", 1]] } } }, "doc.data.source.points[0][0]"],
    [{ view: { ...view, marked: [1] } }, "doc.view.marked"],
    [{ view: undefined }, "doc.view"],
  ];
  for (const [change, path] of bad) assert.deepEqual(await problemOf(value(change)), { code: "link-value", path });
});

test("a link cannot unfold to gigabytes", async () => {
  const bomb = `#1.${deflateRawSync(Buffer.alloc(50_000_000, 32)).toString("base64url")}`;
  assert.equal((await problemOf(bomb)).code, "link-broken");
});
