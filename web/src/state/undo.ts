/** What was before each command, to go back to. */

const MAX_ENTRIES = 40;
const RECENT = 4;
const SAME_GESTURE = 900; // milliseconds: a slider's moves are one step of undo

export class UndoStack<T> {
  private past: T[] = [];
  private future: T[] = [];
  private label = "";
  private time = -Infinity;

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Whether a command belongs to the same gesture as the last one. */
  continues(label: string, time: number, merge: boolean | undefined): boolean {
    const same = label === this.label && this.past.length > 0 && (merge ?? time - this.time < SAME_GESTURE);
    this.label = label;
    this.time = time;
    return same;
  }

  /** Return the entry that this one pushes among the old ones, if any: what it keeps may be thinned. */
  push(before: T): T | undefined {
    this.past.push(before);
    if (this.past.length > MAX_ENTRIES) this.past.shift();
    this.future = [];
    return this.past[this.past.length - 1 - RECENT];
  }

  undo(now: T): T | null {
    const before = this.past.pop();
    if (before === undefined) return null;
    this.future.push(now);
    this.label = "";
    return before;
  }

  redo(now: T): T | null {
    const after = this.future.pop();
    if (after === undefined) return null;
    this.past.push(now);
    this.label = "";
    return after;
  }
}
