/** One run and its timeline: curves, moments to go back to, and the way from each to any epoch behind it. */

import { Trainer, type Snapshot, type Work } from "../core/trainer";
import type { Curves, Evaluation, Plan, Position, Rows } from "../core/types";

const MAX_MOMENTS = 400;
const MAX_BYTES = 24e6;

/** A moment that is kept. `isBranch`: weights or plan were changed here, so that it cannot be computed. */
interface Moment {
  readonly snapshot: Snapshot;
  readonly isBranch: boolean;
}

/** What a run begins with or goes on from. */
export interface Beginning {
  readonly training: Rows;
  readonly heldOut: Rows | null;
  readonly start: Snapshot;
}

export class Run {
  readonly loss: number[] = [];
  readonly heldOutLoss: number[] = [];
  readonly heldOutScore: number[] = [];
  /** Epoch of the lowest held-out loss (training loss, if nothing is held out) of the timeline. */
  bestEpoch = 0;
  private bestLoss = Infinity;
  private trainer: Trainer;
  private moments: Moment[];
  private spacing = 1;
  private readonly maxMoments: number;

  constructor(private readonly beginning: Beginning) {
    const { training, heldOut, start } = beginning;
    this.trainer = new Trainer(start.plan, training, heldOut, start);
    this.moments = [{ snapshot: start, isBranch: false }];
    const bytes = 8 * start.theta.length * (1 + start.slots.length) + 4 * training.nRows + 2600;
    this.maxMoments = Math.max(20, Math.min(MAX_MOMENTS, Math.floor(MAX_BYTES / bytes)));
  }

  get rows(): Pick<Beginning, "training" | "heldOut"> {
    return this.beginning;
  }

  get plan(): Plan {
    return this.trainer.plan;
  }

  get theta(): Float64Array {
    return this.trainer.theta;
  }

  get position(): Position {
    return { epoch: this.trainer.epoch, batch: this.trainer.batch };
  }

  get batchesPerEpoch(): number {
    return this.trainer.batchesPerEpoch;
  }

  get curves(): Curves {
    return this;
  }

  get lastEpoch(): number {
    return this.loss.length - 1;
  }

  get branches(): number[] {
    return this.moments.filter((moment) => moment.isBranch).map(({ snapshot }) => snapshot.epoch);
  }

  /** Write the values of epoch 0. */
  begin(training: Evaluation, heldOut: Evaluation | null): void {
    this.record(0, training.loss, heldOut);
  }

  /** Do one block of work. */
  next(): Work {
    const work = this.trainer.next();
    if (work !== "epoch") return work;
    const { epoch, lastLoss, lastHeldOut } = this.trainer;
    this.record(epoch, lastLoss, lastHeldOut);
    const last = this.moments[this.moments.length - 1]!.snapshot;
    if (epoch % this.spacing === 0 && epoch > last.epoch) this.keep({ snapshot: this.trainer.save(), isBranch: false });
    return work;
  }

  /** Go to the last moment that is kept not behind an epoch; the epochs between are still to be computed. */
  rewind(epoch: number): void {
    let i = this.moments.length - 1;
    while (i > 0 && isBehind(this.moments[i]!.snapshot, epoch, 0)) i--;
    this.load(this.moments[i]!.snapshot);
  }

  /** Whether it is shorter to an epoch from here than from the moment kept before it. */
  isOnTheWay(epoch: number): boolean {
    const { epoch: now, batch } = this.position;
    if (now > epoch || (now === epoch && batch > 0)) return false;
    return !this.moments.some(({ snapshot }) => !isBehind(snapshot, epoch, 0) && isBehind(snapshot, now, batch));
  }

  /** Whether weights or plan change behind the position. */
  hasBranchAhead(): boolean {
    const { epoch, batch } = this.position;
    return this.moments.some(({ snapshot, isBranch }) => isBranch && isBehind(snapshot, epoch, batch));
  }

  save(): Snapshot {
    return this.trainer.save();
  }

  load(snapshot: Snapshot): void {
    if (snapshot.plan !== this.trainer.plan) {
      const { training, heldOut } = this.beginning;
      this.trainer = new Trainer(snapshot.plan, training, heldOut, snapshot);
    } else this.trainer.load(snapshot);
  }

  /** Return a run that shares the timeline up to the position and goes on with other weights or another plan. */
  branch(change: { theta?: Float64Array; plan?: Plan }): Run {
    const now = this.save();
    const copy = new Run({ ...this.beginning, start: this.moments[0]!.snapshot });
    copy.spacing = this.spacing;
    for (let epoch = 0; epoch <= now.epoch; epoch++) {
      const heldOut = this.heldOutLoss.length === 0 ? null : { loss: this.heldOutLoss[epoch]!, score: this.heldOutScore[epoch]! };
      copy.record(epoch, this.loss[epoch]!, heldOut);
    }
    copy.moments = this.moments.filter(({ snapshot }) => isBehind(now, snapshot.epoch, snapshot.batch));
    // The trainer translates what it remembers to the new plan.
    const { training, heldOut } = this.beginning;
    const plan = change.plan ?? now.plan;
    const translated = new Trainer(plan, training, heldOut, now).save();
    const snapshot = { ...translated, theta: change.theta ?? translated.theta };
    copy.keep({ snapshot, isBranch: true });
    copy.load(snapshot);
    return copy;
  }

  /** Replace the weights of the branch that begins at the position: an edit that goes on. */
  amend(theta: Float64Array): void {
    const last = this.moments.pop()!;
    const snapshot = { ...last.snapshot, theta };
    this.moments.push({ snapshot, isBranch: true });
    this.load(snapshot);
  }

  /** Give back memory: keep what cannot be computed. Every epoch still comes back, only more slowly. */
  thin(): void {
    this.moments = this.moments.filter(({ isBranch }, i) => i === 0 || isBranch);
  }

  private record(epoch: number, loss: number, heldOut: Pick<Evaluation, "loss" | "score"> | null): void {
    this.loss[epoch] = loss;
    const compared = heldOut === null ? loss : heldOut.loss;
    if (compared < this.bestLoss) [this.bestLoss, this.bestEpoch] = [compared, epoch];
    if (heldOut === null) return;
    this.heldOutLoss[epoch] = heldOut.loss;
    this.heldOutScore[epoch] = heldOut.score;
  }

  private keep(moment: Moment): void {
    this.moments.push(moment);
    while (this.moments.length > this.maxMoments && this.spacing < 1e6) {
      this.spacing *= 2;
      this.moments = this.moments.filter(
        ({ snapshot, isBranch }, i) => i === 0 || isBranch || snapshot.epoch % this.spacing === 0,
      );
    }
  }
}

/** Whether a moment lies behind a position. */
function isBehind(moment: Position, epoch: number, batch: number): boolean {
  return moment.epoch > epoch || (moment.epoch === epoch && moment.batch > batch);
}
