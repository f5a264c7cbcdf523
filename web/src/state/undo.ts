/** What was before each command, to go back to. */

const MAX_ENTRIES = 40;
const RECENT = 4;
const SAME_GESTURE = 900; // milliseconds: a slider's moves are one step of undo

export interface UndoStack<T> {
  canUndo(): boolean;
  canRedo(): boolean;
  /** Forget everything: the history begins now. */
  clear(): void;
  /** Whether a command belongs to the same gesture as the last one. */
  continues(label: string, time: number, merge: boolean | undefined): boolean;
  /** Return the entry that this one pushes among the old ones, if any: what it keeps may be thinned. */
  push(before: T): T | undefined;
  undo(now: T): T | null;
  redo(now: T): T | null;
}

export function undoStackOf<T>(): UndoStack<T> {
  let past: T[] = [], future: T[] = [];
  let lastLabel = "", lastTime = -Infinity;
  const exchange = (from: T[], to: T[], now: T) => {
    const found = from.pop();
    if (found === undefined) return null;
    to.push(now);
    lastLabel = "";
    return found;
  };
  return {
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
    clear() {
      past = [];
      future = [];
    },
    continues(label, time, merge) {
      const same = label === lastLabel && past.length > 0 && (merge ?? time - lastTime < SAME_GESTURE);
      lastLabel = label;
      lastTime = time;
      return same;
    },
    push(before) {
      past = [...past, before].slice(-MAX_ENTRIES);
      future = [];
      return past[past.length - 1 - RECENT];
    },
    undo: (now) => exchange(past, future, now),
    redo: (now) => exchange(future, past, now),
  };
}
