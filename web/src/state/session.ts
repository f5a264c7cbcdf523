/** The session: document, data set and run together, and the commands that change them. */

import { nParameters } from "../core/network";
import { startOf, type Snapshot } from "../core/trainer";
import type { Curves, Evaluation, GridSpec, GridValues, Network, Position, Rows, Trace } from "../core/types";
import { withLayer, withoutLayer, withNewLayer } from "./changes";
import { MAX_EPOCHS } from "./defaults";
import { indexOf, networkOf, planOf, rowsFor } from "./plan";
import { Readings } from "./readings";
import { Run } from "./run";
import { Subscriptions } from "./store";
import { Problem } from "./problem";
import type {
  DataSpec, Dataset, Doc, KeptRun, LayerSpec, Listener, NetworkSpec, Note, ParameterPlace, Session, Source, Status,
  StopReason, TrainingSpec, ViewSpec,
} from "./types";
import { UndoStack } from "./undo";
import { withoutPointsNear, withPoints } from "./drawing";

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
  | { readonly kind: "seek"; readonly epoch: number }
  | { readonly kind: "reach"; readonly epoch: number };

/** Everything that undo brings back. */
interface Before {
  readonly doc: Doc;
  readonly dataset: Dataset;
  readonly run: Run;
  readonly moment: Snapshot;
  readonly stop: StopReason | null;
}

const AT_ONCE = 4; // milliseconds that a command may work itself

export function createSession(parts: SessionParts): Session {
  return new PlaygroundSession(parts);
}

class PlaygroundSession implements Session {
  doc: Doc;
  dataset: Dataset;
  network!: Network;
  stop: StopReason | null = null;
  version = 0;
  kept: KeptRun | null = null;
  problem: Note | null = null;
  private run!: Run;
  private readings!: Readings;
  private goal: Goal | null = null;
  private credit = 0;
  private quietSince = 0;
  private readonly undoStack = new UndoStack<Before>();
  private readonly subscriptions = new Subscriptions<Session>();
  private readonly prepare: SessionParts["prepare"];
  private readonly now: () => number;

  constructor({ doc, prepare, now }: SessionParts) {
    this.prepare = prepare;
    this.now = now;
    this.doc = doc;
    this.dataset = prepare(doc.data);
    this.begin(doc, this.dataset);
  }

  // ------------------------------------------------------------ reading

  get theta(): Float64Array {
    return this.run.theta;
  }

  get position(): Position {
    return this.run.position;
  }

  get batchesPerEpoch(): number {
    return this.run.batchesPerEpoch;
  }

  get curves(): Curves {
    return this.run.curves;
  }

  get lastEpoch(): number {
    return this.run.lastEpoch;
  }

  get branches(): readonly number[] {
    return this.run.branches;
  }

  get canUndo(): boolean {
    return this.undoStack.canUndo;
  }

  get canRedo(): boolean {
    return this.undoStack.canRedo;
  }

  get status(): Status {
    if (this.goal !== null) return this.goal.kind === "play" ? "playing" : "moving";
    if (this.stop !== null) return this.stop.kind === "diverged" ? "diverged" : "finished";
    return this.position.epoch === 0 && this.position.batch === 0 ? "untrained" : "paused";
  }

  subscribe<T>(selector: (session: Session) => T, listener: Listener<T>): () => void {
    return this.subscriptions.add(this as Session, selector, listener);
  }

  evaluate(rows: "training" | "heldOut"): Evaluation | null {
    return this.readings.evaluate(rows, this.theta, this.version);
  }

  grid(spec: GridSpec, units: boolean, run?: KeptRun): GridValues {
    return this.readings.grid(spec, units, run?.theta ?? this.theta, run?.network ?? null);
  }

  trace(input: Float64Array): Trace {
    return this.readings.trace(input, this.theta);
  }

  indexOf(place: ParameterPlace): number | null {
    return indexOf(this.network, place);
  }

  isFrozen(index: number): boolean {
    return this.doc.training.frozen.includes(index);
  }

  // ------------------------------------------------------------ the clock

  tick(budget: number): boolean {
    const end = this.now() + budget;
    const before = this.version;
    const { goal } = this;
    if (goal?.kind === "play") this.train(end);
    else if (goal !== null) this.move(goal, end);
    while (this.now() < end && this.readings.work());
    this.tell();
    return this.version !== before;
  }

  private train(end: number): void {
    const { speed } = this.doc.view;
    this.credit = Math.min(this.credit + speed, Math.max(1, speed));
    while (this.credit >= 1 && this.goal !== null) {
      if (this.work() === "epoch") {
        this.credit -= 1;
        this.checkStop();
      }
      if (this.now() >= end) break;
    }
  }

  private move(goal: Exclude<Goal, { kind: "play" }>, end: number): void {
    while (this.goal === goal) {
      if (goal.kind !== "step" && this.position.epoch >= goal.epoch) {
        this.goal = null;
        break;
      }
      const work = this.work();
      if (goal.kind === "step" && (work === "epoch" || (goal.what === "batch" && work === "batch"))) this.goal = null;
      if (this.now() >= end) break;
    }
  }

  private work(): "block" | "batch" | "epoch" | "diverged" {
    const work = this.run.next();
    if (work !== "block") this.version++;
    if (work === "diverged") this.diverge();
    return work;
  }

  private diverge(): void {
    const { epoch } = this.position;
    this.stop = { kind: "diverged", epoch: epoch + 1 };
    this.run.rewind(epoch);
    this.goal = { kind: "seek", epoch };
    this.version++;
  }

  private checkStop(): void {
    const { epoch } = this.position;
    const { epochs, patience } = this.doc.training.stop;
    if (epoch === (epochs ?? MAX_EPOCHS)) this.halt({ kind: "epochs", epoch });
    else if (patience !== null && epoch === this.lastEpoch) {
      const best = this.run.bestEpoch;
      if (epoch - Math.max(best, this.quietSince) >= patience) this.halt({ kind: "patience", epoch, best });
    }
  }

  private halt(stop: StopReason): void {
    this.stop = stop;
    this.goal = null;
  }

  play(): void {
    this.makeReady();
    this.quietSince = this.position.epoch;
    this.goal = { kind: "play" };
    this.tell();
  }

  pause(): void {
    if (this.goal?.kind === "play") this.goal = null;
    this.tell();
  }

  step(what: "batch" | "epoch"): void {
    this.makeReady();
    const goal = { kind: "step", what } as const;
    this.goal = goal;
    this.move(goal, this.now() + AT_ONCE);
    this.tell();
  }

  seek(epoch: number): void {
    this.stop = null;
    const goal = { kind: "seek", epoch: Math.max(0, Math.min(Math.round(epoch), this.lastEpoch)) } as const;
    if (!this.run.isOnTheWay(goal.epoch)) this.run.rewind(goal.epoch);
    this.version++;
    this.goal = goal;
    this.move(goal, this.now() + AT_ONCE);
    this.tell();
  }

  /** Train on to an epoch, as fast as the budget allows, without playing: a link's epoch. */
  reach(epoch: number): void {
    this.makeReady();
    this.goal = { kind: "reach", epoch };
    this.tell();
  }

  restart(): void {
    const isPlaying = this.goal?.kind === "play";
    this.remember("restart", false);
    this.begin(this.doc, this.dataset);
    if (isPlaying) this.goal = { kind: "play" };
    this.tell();
  }

  /** Before training goes on: what the panels show is what trains, and edits behind the position are left behind. */
  private makeReady(): void {
    this.stop = null;
    const plan = { ...planOf(this.network, this.doc.training), dropoutSeed: this.run.plan.dropoutSeed };
    const isSame = JSON.stringify(plan) === JSON.stringify(this.run.plan);
    if (isSame && !this.run.hasBranchAhead()) return;
    this.remember("branch", false);
    this.run = this.run.branch({ plan });
    this.version++;
  }

  // ------------------------------------------------------------ commands

  open(doc: Doc): void {
    this.attempt("open", false, () => this.rebuild(doc));
  }

  setData(change: Partial<DataSpec>): void {
    const label = `data ${Object.keys(change).join()}`;
    this.attempt(label, undefined, () => this.rebuild({ ...this.doc, data: { ...this.doc.data, ...change } }));
  }

  setSource(change: Partial<Source>): void {
    this.setData({ source: { ...this.doc.data.source, ...change } as Source });
  }

  setNetwork(change: Partial<NetworkSpec>): void {
    const isNew = !("given" in change) && !(Object.keys(change).length === 1 && "loss" in change);
    const network = { ...this.doc.network, ...(isNew ? { given: null } : {}), ...change };
    const label = `network ${Object.keys(change).join()}`;
    this.attempt(label, undefined, () => this.rebuild({ ...this.doc, network }));
  }

  setLayer(layer: number, change: Partial<LayerSpec>): void {
    const hidden = withLayer(this.doc.network.hidden, layer, change);
    if (Object.keys(change).join() !== "dropout") {
      this.setNetwork({ hidden });
      return;
    }
    // Dropout is a matter of training: it goes on.
    const doc = { ...this.doc, network: { ...this.doc.network, hidden } };
    this.attempt(`dropout ${layer}`, undefined, () => this.continueWith(doc));
  }

  addLayer(at: number): void {
    this.setNetwork({ hidden: withNewLayer(this.doc.network.hidden, at) });
  }

  removeLayer(at: number): void {
    this.setNetwork({ hidden: withoutLayer(this.doc.network.hidden, at) });
  }

  setTraining(change: Partial<TrainingSpec>): void {
    const doc = { ...this.doc, training: { ...this.doc.training, ...change } };
    if (Object.keys(change).join() === "stop") {
      this.doc = doc;
      this.tell();
      return;
    }
    this.attempt(`training ${Object.keys(change).join()}`, undefined, () => this.continueWith(doc));
  }

  setView(change: Partial<ViewSpec>): void {
    this.doc = { ...this.doc, view: { ...this.doc.view, ...change } };
    this.tell();
  }

  edit(index: number, value: number, merge = false): void {
    if (!Number.isFinite(value) || index < 0 || index >= this.theta.length) return;
    const theta = this.theta.slice();
    theta[index] = value;
    this.settle();
    const goesOn = this.undoStack.continues(`edit ${index}`, this.now(), merge);
    this.goal = null;
    this.stop = null;
    if (goesOn) this.run.amend(theta);
    else {
      this.push(this.before());
      this.run = this.run.branch({ theta });
    }
    this.version++;
    this.tell();
  }

  setFrozen(indices: readonly number[], frozen: boolean): void {
    const now = new Set(this.doc.training.frozen);
    for (const index of indices) if (frozen) now.add(index);
      else now.delete(index);
    this.setTraining({ frozen: [...now].sort((a, b) => a - b) });
  }

  addPoints(points: readonly (readonly number[])[], merge?: boolean): void {
    this.attempt("points", merge ?? false, () => this.rebuild(this.withSource(withPoints(this.doc, this.dataset, points))));
  }

  erasePoints(at: readonly [number, number], radius: number, merge?: boolean): void {
    this.attempt("erase", merge ?? false, () =>
      this.rebuild(this.withSource(withoutPointsNear(this.doc, this.dataset, at, radius))),
    );
  }

  undo(): void {
    this.restore(this.undoStack.undo(this.before()));
  }

  redo(): void {
    this.restore(this.undoStack.redo(this.before()));
  }

  keep(): void {
    const { loss, heldOutLoss, heldOutScore } = this.curves;
    this.kept = {
      doc: this.doc, network: this.network, theta: this.theta.slice(), position: this.position,
      curves: { loss: loss.slice(), heldOutLoss: heldOutLoss.slice(), heldOutScore: heldOutScore.slice() },
    };
    this.tell();
  }

  forget(): void {
    this.kept = null;
    this.tell();
  }

  // ------------------------------------------------------------ how commands work

  private tell(): void {
    this.subscriptions.notify(this);
  }

  private withSource(source: Source): Doc {
    return { ...this.doc, data: { ...this.doc.data, source } };
  }

  private before(): Before {
    const { doc, dataset, run, stop } = this;
    return { doc, dataset, run, stop, moment: run.save() };
  }

  private remember(label: string, merge: boolean | undefined): void {
    if (!this.undoStack.continues(label, this.now(), merge)) this.push(this.before());
  }

  private push(before: Before): void {
    const old = this.undoStack.push(before)?.run;
    if (old !== this.run) old?.thin();
  }

  /** Carry out a command, or change nothing and say why. */
  private attempt(label: string, merge: boolean | undefined, command: () => void): void {
    const before = this.before();
    this.problem = null;
    try {
      command();
      if (!this.undoStack.continues(label, this.now(), merge)) this.push(before);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error.note;
    }
    this.tell();
  }

  /** Begin again with another document; training goes on if it was playing. */
  private rebuild(doc: Doc): void {
    const isPlaying = this.goal?.kind === "play";
    const dataset = doc.data === this.doc.data ? this.dataset : this.prepare(doc.data);
    const network = networkOf(doc.network, dataset);
    const isSameShape = nParameters(network) === nParameters(this.network);
    const training = isSameShape ? doc.training : { ...doc.training, frozen: [] };
    this.begin({ ...doc, training }, dataset);
    if (isPlaying) this.goal = { kind: "play" };
  }

  private begin(doc: Doc, dataset: Dataset): void {
    const network = networkOf(doc.network, dataset);
    // Weights that were given for another shape are no use.
    const fits = doc.network.given?.theta.length === nParameters(network);
    const given = fits ? doc.network.given!.theta : null;
    const start = startOf(planOf(network, doc.training), doc.network.init, doc.network.seed, given);
    const training = rowsFor(network.head, dataset, dataset.training);
    const heldOut = dataset.heldOut === null ? null : rowsFor(network.head, dataset, dataset.heldOut);
    this.doc = fits ? doc : { ...doc, network: { ...doc.network, given: null } };
    this.dataset = dataset;
    this.network = network;
    this.run = new Run({ training, heldOut, start });
    this.read(training, heldOut);
    this.goal = null;
    this.stop = null;
    this.credit = 0;
    this.run.begin(this.evaluate("training")!, this.evaluate("heldOut"));
  }

  private read(training: Rows, heldOut: Rows | null): void {
    this.readings = new Readings(this.network, this.dataset, training, heldOut);
    this.version++;
  }

  /** Go on from here with another plan. */
  private continueWith(doc: Doc): void {
    const { epoch, batch } = this.position;
    if (epoch === 0 && batch === 0 && this.branches.length === 0) {
      this.rebuild(doc);
      return;
    }
    this.settle();
    this.doc = doc;
    this.stop = null;
    const network = networkOf(doc.network, this.dataset);
    this.network = network;
    this.run = this.run.branch({ plan: { ...planOf(network, doc.training), dropoutSeed: this.run.plan.dropoutSeed } });
    this.version++;
  }

  /** Finish a way to an epoch: a command means the place that is shown. */
  private settle(): void {
    if (this.goal?.kind === "seek" || this.goal?.kind === "reach" || this.goal?.kind === "step") this.goal = null;
  }

  private restore(before: Before | null): void {
    if (before === null) return;
    this.problem = null;
    this.doc = { ...before.doc, view: this.doc.view };
    this.dataset = before.dataset;
    this.network = networkOf(this.doc.network, this.dataset);
    this.run = before.run;
    this.run.load(before.moment);
    this.stop = before.stop;
    this.goal = null;
    const { training, heldOut } = this.run.rows;
    this.read(training, heldOut);
    this.tell();
  }
}
