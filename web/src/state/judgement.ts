/** What the curves of a run say about its settings. */

import { log } from "../core/functions";
import type { Session } from "./types";

const RECENT = 20; // epochs that are looked at
const EARLY = 8; // fewer epochs say nothing

/**
 * Return whether the rate is too large: with these settings the training loss goes up and down by much, or stays far
 * above that of guessing without falling evenly.
 */
export function isRateTooLarge({ curves: { loss }, branches, network: { head, layers }, doc: { training } }: Session): boolean {
  const recent = loss.slice(Math.max(branches[branches.length - 1] ?? 0, loss.length - 1 - RECENT));
  const steps = recent.slice(1).map((value, k) => value - recent[k]!), n = steps.length;
  if (n < EARLY) return false;
  const nClasses = Math.max(2, layers[layers.length - 1]!.units);
  const guess = Math.max(loss[0]!, head === "binary" || head === "multiclass" ? log(nClasses) : 0.5);
  const isFarAbove = mean(recent) > 1.5 * guess && training.l1 + training.l2 === 0; // a penalty counts as loss
  return shareAbove(steps, guess / 5) >= 0.2 || (isFarAbove && shareAbove(steps, 0) >= 0.25);
}

/** Return the epoch since which the held-back loss has risen by much while the training loss fell; -1 if it has not. */
export function overfitsSince({ curves: { loss, heldOutLoss, bestEpoch: best } }: Session): number {
  if (!heldOutLoss.length || loss.length - best < RECENT) return -1;
  const then = (values: readonly number[]) => mean(values.slice(Math.max(0, best - 2), best + 3));
  const now = (values: readonly number[]) => mean(values.slice(-5));
  return now(heldOutLoss) > 1.1 * then(heldOutLoss) + 0.02 && now(loss) < 0.8 * then(loss) ? best : -1;
}

/** Return whether the training of a run has failed, so that its settings are no use for other data. */
export function hasFailed(session: Session): boolean {
  return session.status === "diverged" || isRateTooLarge(session);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shareAbove(values: readonly number[], limit: number): number {
  return values.filter((value) => value > limit).length / values.length;
}
