/** Listeners that are called when what they look at has changed. */

import type { Listener } from "./types";

interface Subscription<S> {
  readonly check: (state: S) => void;
}

export class Subscriptions<S> {
  private readonly all = new Set<Subscription<S>>();
  private isNotifying = false;
  private again = false;

  add<T>(state: S, selector: (state: S) => T, listener: Listener<T>): () => void {
    let last = selector(state);
    const subscription: Subscription<S> = {
      check: (now) => {
        const value = selector(now);
        if (Object.is(value, last)) return;
        const before = last;
        last = value;
        listener(value, before);
      },
    };
    this.all.add(subscription);
    return () => this.all.delete(subscription);
  }

  /** Call the listeners; a command that one of them gives is told to all when this round is over. */
  notify(state: S): void {
    if (this.isNotifying) {
      this.again = true;
      return;
    }
    this.isNotifying = true;
    try {
      do {
        this.again = false;
        for (const subscription of [...this.all]) if (this.all.has(subscription)) subscription.check(state);
      } while (this.again);
    } finally {
      this.isNotifying = false;
    }
  }
}
