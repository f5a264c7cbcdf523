/** The frame: at every one the session works for some milliseconds, then whatever changed is painted. */

import { useAgain, useEffect, useRef } from "./render";
import type { Dataset, Session } from "../state/types";
import type { BoundaryView } from "../views/boundary";
import type { NetworkView } from "../views/network";
import type { Palette } from "../views/palette";
import { readPalette } from "../views/palette";
import type { Scene } from "../views/scene";
import { sceneOf } from "../views/scene";

export type Theme = "light" | "dark";
export type Painter = (stage: Stage) => void;

const BUDGET = 8, LEAST = 4; // ms of training in a frame; fewer when frames come late
const LATE = 26;
const FIRST = 4; // ms of painting in the first frames of a new scene
const THEME_KEY = "separatrix-theme";

export class Stage {
  palette!: Palette;
  scene!: Scene;
  theme: Theme;
  /** Frames so far: painters that are expensive skip some. */
  frame = 0;
  /** The pictures that can be exported. */
  boundary: BoundaryView | null = null;
  network: NetworkView | null = null;
  /** Whether an untrained network waits for Play; not before the page starts by itself. */
  waits = true;
  private readonly painters = new Set<Painter>();
  /** Of a new scene, those that have not painted it yet. */
  private waiting: Painter[] = [];
  private sceneKey = "";
  private budget = BUDGET;
  private before = 0;

  constructor(readonly session: Session, readonly root: HTMLElement) {
    this.theme = readTheme();
    this.setTheme(this.theme, false);
  }

  add(painter: Painter): () => void {
    this.painters.add(painter);
    return () => this.painters.delete(painter);
  }

  setTheme(theme: Theme, keep = true): void {
    this.theme = theme;
    this.root.setAttribute("data-theme", theme);
    this.palette = readPalette(this.root);
    if (keep) try { localStorage.setItem(THEME_KEY, theme); } catch { /* a sandbox has no storage; the theme then lasts as long as the page */ }
  }

  /** Paint at every frame of the browser until the signal ends it. */
  run(signal?: AbortSignal): void {
    const frame = (now: number) => {
      if (signal?.aborted) return;
      requestAnimationFrame(frame); // first: a fault in one frame must not be the last of the page
      this.paint(now);
    };
    this.refreshScene();
    requestAnimationFrame(frame);
  }

  private paint(now: number): void {
    const late = now - this.before;
    this.before = now;
    this.budget = late > LATE ? Math.max(LEAST, this.budget * 0.9) : Math.min(BUDGET, this.budget * 1.05);
    this.frame++;
    this.session.tick(this.budget);
    // A new scene of many rows is laid out in this frame, and painted in the next ones: the page answers between them.
    if (this.refreshScene() && this.scene.isLarge) this.waiting = [...this.painters];
    else if (!this.waiting.length) for (const painter of this.painters) painter(this);
    else {
      const end = performance.now() + FIRST;
      do {
        const painter = this.waiting.shift()!;
        if (this.painters.has(painter)) painter(this);
      } while (this.waiting.length && performance.now() < end);
    }
  }

  /** Return whether the scene is a new one. */
  refreshScene(): boolean {
    const { dataset, doc } = this.session;
    const choice = doc.view.plane;
    const key = `${dataset.key} ${choice ? JSON.stringify(choice) : ""}`;
    if (key === this.sceneKey) return false;
    const wasDrawn = this.sceneKey !== "" && this.isDrawn;
    this.isDrawn = doc.data.source.kind === "drawn";
    const scene = sceneOf(dataset, choice);
    // While points are drawn the limits only widen, so that the area does not move below the pen.
    const before = this.scene;
    this.scene = wasDrawn && this.isDrawn && before.isCurve === scene.isCurve ? { ...scene, a: widened(before.a, scene.a), b: widened(before.b, scene.b) } : scene;
    this.sceneKey = key;
    return true;
  }

  private isDrawn = false;
}

function widened(one: readonly [number, number], other: readonly [number, number]): readonly [number, number] {
  const room = 0.075 * (one[1] - one[0]);
  return [other[0] < one[0] - room ? other[0] : one[0], other[1] > one[1] + room ? other[1] : one[1]];
}

function readTheme(): Theme {
  try {
    const kept = localStorage.getItem(THEME_KEY);
    if (kept === "light" || kept === "dark") return kept;
  } catch { /* no storage in a sandbox */ }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

// ---------------------------------------------------------------- for components

/** Sentences that a command leaves for the narrator. */
export interface Narration {
  say(text: string, kind?: "plain" | "error" | "fact", lead?: string): void;
}

export interface App extends Narration {
  readonly stage: Stage;
  readonly session: Session;
  /** What the pen draws: the code of a class, or -1 to erase. */
  readonly pen: number;
  setPen(pen: number): void;
}

let app: App;

/** Set what `useApp` returns below the component that is being drawn. */
export function provideApp(value: App): void {
  app = value;
}

export function useApp(): App {
  return app;
}

/** Return what a selector picks, and render again when it changes. */
export function useSession<T>(selector: (session: Session) => T): T {
  const { session } = useApp();
  const again = useAgain();
  const value = selector(session);
  const kept = useRef({ selector, value });
  kept.current = { selector, value };
  useEffect(() => session.subscribe((now) => kept.current.selector(now), again), [session]);
  return value;
}

export function useDataset(): Dataset {
  return useSession((now) => now.dataset);
}

/** Call a painter at every frame while the component is on the page. */
export function usePainter(painter: Painter): void {
  const { stage } = useApp();
  const kept = useRef(painter);
  kept.current = painter;
  useEffect(() => stage.add((now) => kept.current(now)), [stage]);
}

const WORDS = 4; // frames

/** Whether words wait for a later frame: while it plays, all are written in every fourth, so that they are of one epoch. */
export function isBetween({ status }: Session, frame: number): boolean {
  return status === "playing" && frame % WORDS > 0;
}

/** Draw the component again when the weights or the data have changed. */
export function useVersion(): void {
  const { session } = useApp();
  const again = useAgain(), seen = useRef(session.version);
  usePainter(({ frame }) => {
    if (session.version === seen.current || isBetween(session, frame)) return;
    seen.current = session.version;
    again();
  });
}
