/** The session: document, data set and run together, and the commands that change them. */

import { nParameters } from "../core/network";
import { startOf, type Snapshot } from "../core/trainer";
import type { Curves, Network } from "../core/types";
import { withLayer, withNewLayer, withoutLayer } from "./changes";
import { MAX_EPOCHS } from "./defaults";
import { withoutPointsNear, withPoints } from "./drawing";
import { indexOf, networkOf, planOf, rowsFor } from "./plan";
import { Problem } from "./problem";
import { readingsOf, type Readings } from "./readings";
import { Run } from "./run";
import { subscriptionsOf } from "./store";
import type { DataSpec, Dataset, Doc, LayerSpec, NetworkSpec, Note, Session, Source, Status, StopReason, TrainingSpec } from "./types";
import { undoStackOf } from "./undo";

/** What a session needs from outside. */
export interface SessionParts {
  readonly doc: Doc;
  /** Makes the data set; throws a `Problem` if it cannot. */
  readonly prepare: (data: DataSpec) => Dataset;
  /** Milliseconds. */
  readonly now: () => number;
}

type Goal =
  | { readonly kind: "play" }
  | { readonly kind: "step"; readonly what: "batch" | "epoch" }
  | { readonly kind: "seek" | "reach"; readonly epoch: number };

/** Everything that undo brings back. */
interface Before {
  readonly doc: Doc;
  readonly dataset: Dataset;
  readonly run: Run;
  readonly moment: Snapshot;
  readonly stop: StopReason | null;
}

const AT_ONCE = 4; // milliseconds that a command may work itself

export function createSession({ doc: firstDoc, prepare, now }: SessionParts): Session {
  let doc = firstDoc, dataset = prepare(doc.data);
  let network: Network, run: Run, readings: Readings;
  let goal: Goal | null = null, stop: StopReason | null = null, problem: Note | null = null;
  let version = 0, credit = 0, quietSince = 0;
  let kept: Curves | null = null;
  const past = undoStackOf<Before>();
  const { add, notify } = subscriptionsOf<Session>();

  // ------------------------------------------------------------ the clock

  const work = () => {
    const done = run.next();
    if (done !== "block") version++;
    if (done === "diverged") {
      const { epoch } = run.position;
      stop = { kind: "diverged", epoch: epoch + 1 };
      run.rewind(epoch);
      goal = { kind: "seek", epoch };
    }
    return done;
  };

  const train = (end: number) => {
    const { speed } = doc.view;
    credit = Math.min(credit + speed, Math.max(1, speed));
    while (credit >= 1 && goal !== null) {
      if (work() === "epoch") {
        credit -= 1;
        checkStop();
      }
      if (now() >= end) break;
    }
  };

  const move = (way: Exclude<Goal, { kind: "play" }>, end: number) => {
    goal = way;
    while (goal === way) {
      if (way.kind !== "step" && run.position.epoch >= way.epoch) {
        goal = null;
        break;
      }
      const done = work();
      if (way.kind === "step" && (done === "epoch" || (way.what === "batch" && done === "batch"))) goal = null;
      if (now() >= end) break;
    }
  };

  const checkStop = () => {
    const { epoch } = run.position, best = run.bestEpoch;
    const { epochs, patience } = doc.training.stop;
    if (epoch === (epochs ?? MAX_EPOCHS)) stop = { kind: "epochs", epoch };
    else if (patience !== null && epoch === run.lastEpoch && epoch - Math.max(best, quietSince) >= patience) stop = { kind: "patience", epoch, best };
    if (stop) goal = null;
  };

  // ------------------------------------------------------------ how commands work

  const before = (): Before => ({ doc, dataset, run, stop, moment: run.save() });
  const withSource = (source: Source): Doc => ({ ...doc, data: { ...doc.data, source } });

  const push = (old: Before) => {
    const thinned = past.push(old)?.run;
    if (thinned !== run) thinned?.thin();
  };

  const remember = (label: string) => {
    if (!past.continues(label, now(), false)) push(before());
  };

  const branch = (change: Parameters<Run["branch"]>[0]) => {
    run = run.branch(change);
    version++;
  };

  /** Carry out a command, or change nothing and say why. */
  const attempt = (label: string, command: () => void, merge?: boolean) => {
    const old = before();
    problem = null;
    try {
      command();
      if (!past.continues(label, now(), merge)) push(old);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem = error.note;
    }
    tell();
  };

  /** Begin again with another document; training goes on if it was playing. */
  const rebuild = (next: Doc) => {
    const rows = next.data === doc.data ? dataset : prepare(next.data);
    const isSameShape = nParameters(networkOf(next.network, rows)) === nParameters(network);
    begin({ ...next, training: isSameShape ? next.training : { ...next.training, frozen: [] } }, rows);
  };

  const begin = (next: Doc, rows: Dataset) => {
    network = networkOf(next.network, rows);
    // Weights that were given for another shape are no use.
    const given = next.network.given?.theta.length === nParameters(network) ? next.network.given : null;
    const start = startOf(planOf(network, next.training), next.network.init, next.network.seed, given && given.theta);
    doc = given === next.network.given ? next : { ...next, network: { ...next.network, given } };
    dataset = rows;
    run = new Run({ training: rowsFor(network.head, rows, rows.training), heldOut: rows.heldOut && rowsFor(network.head, rows, rows.heldOut), start });
    read();
    goal = goal?.kind === "play" ? goal : null;
    stop = null;
    credit = 0;
    run.begin(readings.evaluate("training", run.theta, version)!, readings.evaluate("heldOut", run.theta, version));
  };

  const read = () => {
    readings = readingsOf(network, dataset, run.rows);
    version++;
  };

  const planNow = () => ({ ...planOf(network, doc.training), dropoutSeed: run.plan.dropoutSeed });

  /** Go on from here with another plan. */
  const continueWith = (next: Doc) => {
    const { epoch, batch } = run.position;
    if (epoch === 0 && batch === 0 && run.branches.length === 0) {
      rebuild(next);
      return;
    }
    settle();
    doc = next;
    stop = null;
    network = networkOf(doc.network, dataset);
    branch({ plan: planNow() });
  };

  /** Finish a way to an epoch: a command means the place that is shown. */
  const settle = () => {
    if (goal?.kind !== "play") goal = null;
  };

  /** Before training goes on: what the panels show is what trains, and edits behind the position are left behind. */
  const makeReady = () => {
    stop = null;
    const plan = planNow();
    if (JSON.stringify(plan) === JSON.stringify(run.plan) && !run.hasBranchAhead()) return;
    remember("branch");
    branch({ plan });
  };

  const restore = (old: Before | null) => {
    if (old === null) return;
    problem = null;
    doc = { ...old.doc, view: doc.view };
    ({ dataset, run, stop } = old);
    network = networkOf(doc.network, dataset);
    run.load(old.moment);
    goal = null;
    read();
    tell();
  };

  const setData = (change: Partial<DataSpec>) => {
    const next = { ...doc, data: { ...doc.data, ...change } };
    attempt(`data ${Object.keys(change)}`, () => rebuild(next));
  };

  const setNetwork = (change: Partial<NetworkSpec>) => {
    const names = Object.keys(change).join();
    const given = "given" in change || names === "loss" ? {} : { given: null };
    const next = { ...doc, network: { ...doc.network, ...given, ...change } };
    attempt(`network ${names}`, () => rebuild(next));
  };

  const setTraining = (change: Partial<TrainingSpec>) => {
    const next = { ...doc, training: { ...doc.training, ...change } }, names = Object.keys(change).join();
    if (names === "stop") {
      doc = next;
      tell();
    } else attempt(`training ${names}`, () => continueWith(next));
  };

  const setLayer = (layer: number, change: Partial<LayerSpec>) => {
    const hidden = withLayer(doc.network.hidden, layer, change);
    // Dropout is a matter of training: it goes on.
    if (Object.keys(change).join() === "dropout") attempt(`dropout ${layer}`, () => continueWith({ ...doc, network: { ...doc.network, hidden } }));
    else setNetwork({ hidden });
  };

  const session: Session = {
    get doc() { return doc; },
    get dataset() { return dataset; },
    get network() { return network; },
    get theta() { return run.theta; },
    get position() { return run.position; },
    get batchesPerEpoch() { return run.batchesPerEpoch; },
    get curves() { return run; },
    get stop() { return stop; },
    get version() { return version; },
    get lastEpoch() { return run.lastEpoch; },
    get branches() { return run.branches; },
    get kept() { return kept; },
    get canUndo() { return past.canUndo(); },
    get canRedo() { return past.canRedo(); },
    get problem() { return problem; },
    get status(): Status {
      if (goal !== null) return goal.kind === "play" ? "playing" : "moving";
      if (stop !== null) return stop.kind === "diverged" ? "diverged" : "finished";
      return run.position.epoch === 0 && run.position.batch === 0 ? "untrained" : "paused";
    },

    subscribe: (selector, listener) => add(session, selector, listener),
    evaluate: (rows) => readings.evaluate(rows, run.theta, version),
    grid: (spec, units) => readings.grid(spec, units, run.theta),
    trace: (input) => readings.trace(input, run.theta),
    indexOf: (place) => indexOf(network, place),
    isFrozen: (index) => doc.training.frozen.includes(index),

    tick(budget) {
      const end = now() + budget, old = version;
      if (goal?.kind === "play") train(end);
      else if (goal !== null) move(goal, end);
      while (now() < end && readings.work());
      tell();
      return version !== old;
    },
    play() {
      makeReady();
      quietSince = run.position.epoch;
      goal = { kind: "play" };
      tell();
    },
    pause() {
      if (goal?.kind === "play") goal = null;
      tell();
    },
    step(what) {
      makeReady();
      move({ kind: "step", what }, now() + AT_ONCE);
      tell();
    },
    seek(to) {
      const epoch = Math.max(0, Math.min(Math.round(to), run.lastEpoch));
      stop = null;
      if (!run.isOnTheWay(epoch)) run.rewind(epoch);
      version++;
      move({ kind: "seek", epoch }, now() + AT_ONCE);
      tell();
    },
    reach(epoch) {
      makeReady();
      goal = { kind: "reach", epoch };
      tell();
    },
    restart() {
      remember("restart");
      begin(doc, dataset);
      tell();
    },

    open(next, isFirst) {
      attempt("open", () => rebuild(next), false);
      if (!isFirst) return;
      past.clear();
      tell();
    },
    setData,
    setSource: (change) => setData({ source: { ...doc.data.source, ...change } as Source }),
    setNetwork,
    setLayer,
    addLayer: (at) => setNetwork({ hidden: withNewLayer(doc.network.hidden, at) }),
    removeLayer: (at) => setNetwork({ hidden: withoutLayer(doc.network.hidden, at) }),
    setTraining,
    setView(change) {
      doc = { ...doc, view: { ...doc.view, ...change } };
      tell();
    },
    edit(index, value, merge = false) {
      if (!Number.isFinite(value) || index < 0 || index >= run.theta.length) return;
      const theta = run.theta.slice();
      theta[index] = value;
      settle();
      const goesOn = past.continues(`edit ${index}`, now(), merge);
      goal = null;
      stop = null;
      if (!goesOn) {
        push(before());
        branch({ theta });
      } else {
        run.amend(theta);
        version++;
      }
      tell();
    },
    setFrozen(indices, frozen) {
      const others = doc.training.frozen.filter((index) => !indices.includes(index));
      setTraining({ frozen: (frozen ? [...others, ...indices] : others).sort((a, b) => a - b) });
    },
    addPoints: (points, merge = false) => attempt("points", () => rebuild(withSource(withPoints(doc, dataset, points))), merge),
    erasePoints: (at, radius, merge = false) => attempt("erase", () => rebuild(withSource(withoutPointsNear(doc, dataset, at, radius))), merge),
    undo: () => restore(past.undo(before())),
    redo: () => restore(past.redo(before())),
    keep() {
      const { loss, heldOutLoss, heldOutScore } = run;
      kept = { loss: loss.slice(), heldOutLoss: heldOutLoss.slice(), heldOutScore: heldOutScore.slice() };
      tell();
    },
    forget() {
      kept = null;
      tell();
    },
  };
  const tell = () => notify(session);
  begin(doc, dataset);
  return session;
}
