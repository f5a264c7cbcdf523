/** Listeners that are called when what they look at has changed. */

import type { Listener } from "./types";

export interface Subscriptions<S> {
  add<T>(state: S, selector: (state: S) => T, listener: Listener<T>): () => void;
  /** Call the listeners; a command that one of them gives is told to all when this round is over. */
  notify(state: S): void;
}

export function subscriptionsOf<S>(): Subscriptions<S> {
  const all = new Set<(state: S) => void>();
  let isNotifying = false, again = false;
  return {
    add(state, selector, listener) {
      let last = selector(state);
      const check = (now: S) => {
        const value = selector(now), before = last;
        if (Object.is(value, last)) return;
        last = value;
        listener(value, before);
      };
      all.add(check);
      return () => all.delete(check);
    },
    notify(state) {
      again = true;
      if (isNotifying) return;
      isNotifying = true;
      try {
        while (again) {
          again = false;
          for (const check of [...all]) if (all.has(check)) check(state);
        }
      } finally {
        isNotifying = false;
      }
    },
  };
}
