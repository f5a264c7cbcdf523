/** Points drawn by hand: a class as a pen, an eraser, and what the plot does with the pointer. */

import { h, useRef } from "./render";
import type { DrawnSource } from "../state/types";
import { cut } from "../text/format";
import { Label } from "../text/labels";
import { HINTS } from "../text/narrator";
import { signOf } from "../views/markers";
import { useApp, useDataset, useSession } from "./stage";

const MAX_CLASSES = 10, SPACING = 0.028, RING = 13; // pixels: the radius of the ring around the marked point
export const ERASE = -1;
/** A data set needs points: one of each class is left where everything is cleared. */
export const EMPTY_AREA = [[-0.8, -0.8, 0], [0.8, 0.8, 1]];
const EMPTY_CURVE = [[-0.5, 0], [0.5, 0]];

export function DrawBar() {
  const { session, pen, setPen, say } = useApp();
  const source = useSession(({ doc }) => doc.data.source);
  const dataset = useDataset();
  if (source.kind !== "drawn") return null;
  const isCurve = source.task === "regression";
  const change = (part: Partial<DrawnSource>) => session.setSource({ ...source, ...part });
  return (
    <div class="drawbar" role="group" aria-label={Label.Draw}>
      {!isCurve && Array.from({ length: source.classes }, (_, code) => (
        <button key={code} aria-pressed={pen === code} onClick={() => setPen(code)}><span style={{ color: `var(--c${code})` }} aria-hidden="true">{signOf(code)}</span>{cut(dataset.classNames[code] ?? String(code), 12)}</button>
      ))}
      {!isCurve && source.classes < MAX_CLASSES && <button aria-label={Label.AddClass} title={Label.AddClass} onClick={() => { change({ classes: source.classes + 1 }); setPen(source.classes); }}>+</button>}
      <button aria-pressed={pen === ERASE} onClick={() => setPen(pen === ERASE ? 0 : ERASE)}>{Label.Erase}</button>
      <button onClick={() => { change({ points: isCurve ? EMPTY_CURVE : EMPTY_AREA }); say(HINTS.cleared); }}>{Label.Clear}</button>
    </div>
  );
}

/** Return what the plot calls for the pointer and the keys while points are drawn. */
export function useDrawing() {
  const { session, stage, pen, say } = useApp();
  const last = useRef<[number, number] | null>(null);
  const apply = (a: number, b: number, code: number, merge: boolean) => {
    const { scene } = stage;
    const source = session.doc.data.source;
    if (source.kind !== "drawn") return;
    const drawn = code >= source.classes ? 0 : code;
    if (code === ERASE) {
      const width = stage.root.querySelector(".plot")!.clientWidth, before = session.dataset.nRows;
      session.erasePoints([a, b], (RING / width) * (scene.a[1] - scene.a[0]), merge);
      if (!session.problem) say(HINTS.erased(before - session.dataset.nRows));
    } else session.addPoints([source.task === "regression" ? [a, b] : [a, b, drawn]], merge);
    last.current = [a, b];
  };
  return {
    start: (a: number, b: number) => apply(a, b, pen, false),
    move: (a: number, b: number) => {
      const before = last.current;
      if (!before) return;
      const { scene } = stage;
      const away = Math.hypot((a - before[0]) / (scene.a[1] - scene.a[0]), (b - before[1]) / (scene.b[1] - scene.b[0]));
      if (away > SPACING) apply(a, b, pen, true);
    },
    end: () => { last.current = null; },
    key: (key: string, a: number, b: number): boolean => {
      if (session.doc.data.source.kind !== "drawn" || (key !== "Enter" && key !== " " && key !== "Delete")) return false;
      apply(a, b, key === "Delete" ? ERASE : pen, false);
      return true;
    },
  };
}
