/** The narrator: one sentence that says what is happening. */

import type { Evaluation } from "../core/types";
import { isRateTooLarge, mean, overfitsSince } from "../state/judgement";
import type { Session } from "../state/types";
import { count, fixed, loss, plural, short } from "./format";
import type { Fact } from "../data/classics";
import { factSentence } from "./facts";

export type Kind = "plain" | "error" | "fact";

export interface Said {
  readonly lead: string;
  readonly text: string;
  /** What the last epochs did to the losses. */
  readonly trend?: string;
  readonly kind: Kind;
}

const LONG = 60; // epochs of a trend
const PLAIN: Kind = "plain";
const UNSEEN = "No points are held back, so overfitting cannot be seen.";

/** Return the sentence for a session as it is now. `waits` is whether the page waits for Play. */
export function narrate(session: Session, training: Evaluation, heldOut: Evaluation | null, fact: Fact | null, waits: boolean): Said {
  const { status, position } = session;
  const lead = `Epoch ${count(position.epoch)}.`;
  if (status === "diverged") return { lead, text: diverged(session), kind: "error" };
  if (status === "moving") return { lead, text: "Going to the epoch you chose.", kind: PLAIN };
  if (position.epoch === 0 && position.batch === 0) return untrained(session, waits);
  if (fact && status !== "playing") return { lead, text: factSentence(fact), kind: "fact" };
  if (status === "finished" && session.stop) return { lead, text: `${stopped(session)} ${rightness(training, heldOut)}`, trend: trend(session), kind: PLAIN };
  if (position.epoch < session.lastEpoch) return { lead, text: `Looked at again; the run went to epoch ${count(session.lastEpoch)}. Play goes on from here. ${rightness(training, heldOut)}`, kind: PLAIN };
  if (position.batch > 0) return { lead, text: `Batch ${position.batch} of ${session.batchesPerEpoch} done. ${rightness(training, heldOut)}`, kind: PLAIN };
  return { lead, text: rightness(training, heldOut), trend: trend(session), kind: PLAIN };
}

function untrained(session: Session, waits: boolean): Said {
  const { doc, network } = session;
  if (doc.network.init === "zeros" && doc.network.hidden.length && !doc.network.given)
    return { lead: "All weights are zero.", text: "Every unit of a layer would stay the same as the others. Choose other initial weights.", kind: PLAIN };
  if (doc.network.given && doc.view.classic) return { lead: "Epoch 0.", text: "The weights are those that the tutorial begins with.", kind: PLAIN };
  if (doc.network.given) return { lead: "Epoch 0.", text: "The weights are those that were given, of a trained network. Play trains it further." + (session.dataset.heldOut ? "" : ` ${UNSEEN}`), kind: PLAIN };
  const what = session.dataset.task === "regression" ? "predict the numbers" : "separate the classes";
  const nParameters = session.theta.length;
  const start = `The weights are random: ${count(nParameters)} numbers, and none has learned anything yet.`;
  return { lead: network.layers.length > 1 ? "Untrained." : "Untrained, without a hidden layer.", text: `${start} ${waits ? `Press Play to see the network learn to ${what}.` : `Watch it learn to ${what}.`}`, kind: PLAIN };
}

function diverged(session: Session): string {
  const { rate } = session.doc.training;
  const advice = rate > 0.001 ? `Lower the rate, now ${short(rate)}` : "Scale the inputs";
  return `A weight became too large for a number, so training stopped; the last good state is shown. ${advice}${orAdam(session)}, then play again.`;
}

function orAdam({ doc }: Session): string {
  return doc.training.optimizer.name === "sgd" ? ", or choose Adam" : "";
}

function stopped(session: Session): string {
  const stop = session.stop!;
  if (stop.kind === "patience") return `Stopped: the loss has not fallen for ${plural(session.doc.training.stop.patience ?? 0, "epoch")}, the best was at epoch ${count(stop.best)}.`;
  return "Stopped, as you asked.";
}

function rightness(training: Evaluation, heldOut: Evaluation | null): string {
  const shown = heldOut ?? training;
  const where = heldOut ? "held-back points" : "points";
  if (!shown.confusion.length) return `R² is ${fixed(shown.score, 3)} on the ${where}.`;
  if (shown.nRight === shown.nRows) return shown.nRows === 1 ? `The only ${heldOut ? "held-back point" : "point"} is right.` : `All ${count(shown.nRows)} ${where} are right.`;
  return `${count(shown.nRight)} of ${count(shown.nRows)} ${where} are right.`;
}

/** Return what the last epochs did to the losses. */
function trend(session: Session): string {
  const { loss: train, heldOutLoss: held } = session.curves;
  const n = train.length - 1;
  const rises = train.slice(-5).every((value, k, last) => k === 0 || value > last[k - 1]!);
  if (isRateTooLarge(session)) return `The loss ${rises ? "rises" : "goes up and down"}: the rate, ${short(session.doc.training.rate)}, is too large. Lower it${orAdam(session)}.`;
  if (n < 12) return held.length || session.doc.view.classic ? "" : UNSEEN;
  const best = overfitsSince(session);
  if (best >= 0) return `The network overfits: it learns these points, and not what they have in common. The held-back loss has risen since epoch ${count(best)} while the training loss fell. Go back there on the curve, or take fewer units, a penalty or more points.`;
  const span = Math.min(LONG, Math.floor(n / 2));
  const fall = change(train, span), heldFall = held.length ? change(held, span) : fall;
  if (fall < -0.05 && heldFall > 0.05) return "The training loss still falls while the held-back loss rises: the network begins to overfit.";
  if (fall > 0.3) return "The loss rises: the rate may be too high.";
  if (Math.abs(fall) < 0.004 && Math.abs(heldFall) < 0.004)
    return n > 100 ? `The loss hardly changes any more, at ${loss(train[n]!)}.` : "The loss hardly changes yet.";
  if (held.length && fall < -0.02 && heldFall > -0.005) return "The held-back loss has stopped falling.";
  if (fall < -0.02) return held.length ? "Both losses fall." : "The loss falls.";
  return "";
}

/** Return the relative change of a curve: the mean of its last epochs to that of those before. */
function change(values: readonly number[], span: number): number {
  const half = Math.max(3, Math.floor(span / 3));
  const now = mean(values.slice(-half)), before = mean(values.slice(-span - half, -span));
  return before > 0 ? now / before - 1 : 0;
}

/** Sentences after a command, shown until something else happens. */
export const HINTS = {
  edited: "You changed a weight: from here on this is a branch of the run. Undo takes it back.",
  frozen: "Training does not change what is frozen.",
  unfrozen: "Training changes it again.",
  copied: "The link is copied. It holds every setting, and points drawn by hand; data of a file are not in it.",
  copyFailed: "The browser does not allow copying; the link is in the address bar.",
  noLink: "The frame of a notebook has no address. Save the page with .save, and copy the link there.",
  firstTraining: "The training before failed, so optimiser, rate and batch are the first ones again.",
  draw: "Click or drag on the picture to set points. Choose a class above it, or erase.",
  cleared: "Cleared. Two points are left, as a network needs some; draw yours, then erase them.",
  erased: (n: number) => `${plural(n, "point")} erased, in the ring.`,
  saved: (name: string) => `${name} is saved.`,
  longLink: (n: number) => `The link has ${count(n)} characters; some programs cut it. Export the data instead.`,
} as const;
