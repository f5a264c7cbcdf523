/** The five classics: data, network and training of the tutorials' experiments, and the fact to look for in each. */

import { OPTIMIZERS } from "../core/optimizers";
import { FIRST, layerSpec, toySource } from "../state/defaults";
import type { Doc, NetworkSpec, Session, Source, ToyName, ToySource, TrainingSpec, ViewSpec } from "../state/types";

/** A fact of a finished experiment; `text` has the sentence for `code`. */
export interface Fact {
  readonly code: string;
  /** As the page computed it, and as the tutorial has it. */
  readonly value: string;
  readonly expected: string;
  readonly holds: boolean;
}

export interface Classic {
  readonly id: string;
  readonly toy: ToyName;
  readonly doc: Doc;
  /** Return the fact, or null if its epoch is not reached or something else was changed than the rate. */
  readonly fact: (session: Session) => Fact | null;
}

interface Parts {
  readonly id: string;
  readonly source: ToySource;
  readonly network: Partial<NetworkSpec>;
  readonly training: Partial<TrainingSpec>;
  readonly epochs: number;
  readonly speed: number;
  readonly heldOut?: number;
  readonly splitSeed?: number;
  readonly marked?: readonly [number, number];
  readonly fact: (session: Session) => Omit<Fact, "holds">;
}

/** PyTorch's form of Adam, as in the tutorials. */
const ADAM = { ...OPTIMIZERS.adam, epsilonHat: false };

function classic({ id, source, network, training, epochs, speed, heldOut = 0, splitSeed = 1, marked, fact }: Parts): Classic {
  const doc: Doc = {
    data: { source, heldOut, splitSeed },
    network: { ...FIRST.network, ...network },
    training: { ...FIRST.training, batch: "full", optimizer: OPTIMIZERS.sgd, ...training, stop: { epochs, patience: null } },
    view: { ...FIRST.view, classic: id, speed, marked: marked ?? null },
  };
  const read = (session: Session): Fact | null => {
    if (!isUnchanged(session, doc) || session.position.epoch !== epochs) return null;
    const found = fact(session);
    return { ...found, holds: found.value === found.expected };
  };
  return { id, toy: source.name, doc, fact: read };
}

/** Whether a run is still that of a classic; its rate may differ, which is the lesson of one of them. */
function isUnchanged({ doc, branches }: Session, classicDoc: Doc): boolean {
  const plain = ({ data, network, training }: Doc) => JSON.stringify([data, network, { ...training, rate: 0, stop: null }]);
  return branches.length === 0 && plain(doc) === plain(classicDoc);
}

export const CLASSICS: readonly Classic[] = [
  classic({
    id: "circles", source: toySource("circles"),
    network: { hidden: [layerSpec(4, "logistic")], init: "torch" },
    training: { optimizer: ADAM, rate: 0.1 }, epochs: 130, speed: 0.5, marked: [-0.5, -0.4],
    fact: (session) => ({ code: "fact-circles", value: probabilityAt(session, -0.5, -0.4).toFixed(4), expected: "0.6090" }),
  }),
  classic({
    id: "ten-points", source: toySource("ten-points"),
    network: { hidden: [layerSpec(2, "logistic"), layerSpec(4, "logistic")], init: "torch" },
    training: { rate: 0.001 }, epochs: 10_000, speed: 40, marked: [0.7, 0.2],
    fact: (session) =>
      session.doc.training.rate < 0.01
        ? { code: "fact-ten-points", value: probabilityAt(session, 0.7, 0.2).toFixed(1), expected: "0.5" }
        : { code: "fact-ten-points-cured", value: right(session), expected: "10 of 10" },
  }),
  classic({
    id: "gaussians", source: toySource("gaussians"),
    network: { hidden: [], bias: false, given: { theta: [-4, -2] } },
    training: { rate: 2 }, epochs: 10, speed: 0.1,
    fact: ({ theta }) => ({
      code: "fact-gaussians", value: `(${theta[0]!.toFixed(4)}, ${theta[1]!.toFixed(4)})`, expected: "(1.8313, 0.8100)",
    }),
  }),
  classic({
    id: "moons", source: { ...toySource("moons"), seed: 12 }, heldOut: 0.2, splitSeed: 25,
    network: { hidden: [layerSpec(5), layerSpec(3)], init: "uniform01", seed: 12 },
    training: { rate: 0.1 }, epochs: 5000, speed: 20,
    fact: (session) => ({
      code: "fact-moons", value: `${(100 * session.evaluate("heldOut")!.score).toFixed(1)} %`, expected: "100.0 %",
    }),
  }),
  classic({
    id: "bumps", source: toySource("bumps"),
    network: { hidden: [layerSpec(20, "logistic")] },
    training: { optimizer: ADAM, rate: 0.01, batch: 32, order: "sequential" }, epochs: 7000, speed: 20,
    fact: (session) => ({ code: "fact-bumps", value: right(session), expected: "100 of 100" }),
  }),
];

/** Return the document of a classic; whether held-back points are shown stays. */
export function classicDoc({ doc }: Classic, view: ViewSpec): Doc {
  return { ...doc, view: { ...doc.view, showHeldOut: view.showHeldOut } };
}

const TABLE_RATE = 0.01;

/**
 * Return a document with other data. Network and training of a classic would not fit them, nor would a training that
 * `failed`: those of the first screen do.
 */
export function docWith(doc: Doc, source: Source, failed = false): Doc {
  const isClassic = doc.view.classic !== null;
  const { data, network, view } = isClassic ? FIRST : doc;
  const isNew = isClassic || failed, training = isNew ? FIRST.training : doc.training;
  const rate = isNew && source.kind === "table" ? TABLE_RATE : training.rate;
  return {
    data: { ...data, source, heldOut: data.heldOut || FIRST.data.heldOut },
    network: { ...network, given: null },
    training: { ...training, rate },
    view: { ...doc.view, speed: view.speed, classic: null, plane: null, marked: null, unit: null },
  };
}

function probabilityAt(session: Session, a: number, b: number): number {
  return session.trace(Float64Array.of(a, b)).outputs[1]!;
}

function right(session: Session): string {
  const { nRight, nRows } = session.evaluate("training")!;
  return `${nRight} of ${nRows}`;
}
