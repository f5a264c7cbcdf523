/** The result: boundary or curve with the points, scores, confusion matrix; a form for one row. */

import type { Child } from "./render";
import { h, useEffect, useRef, useState } from "./render";
import type { Evaluation } from "../core/types";
import { cut, fixed, percent, short, shownName } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { PLOT } from "../text/names";
import { boundaryView, type BoundaryView } from "../views/boundary";
import { signOf } from "../views/markers";
import { Ask } from "./Ask";
import { DrawBar, useDrawing } from "./Drawing";
import { write } from "./Dock";
import { limitsOf } from "../views/raster";
import { PlaneChooser } from "./PlaneChooser";
import { useApp, useDataset, usePainter, useSession, useVersion } from "./stage";

export function ResultPanel() {
  const [chosen, setTab] = useState(0);
  const { columns, task } = useDataset();
  const isRegression = task === "regression", tab = isRegression && chosen > 1 ? 0 : chosen;
  const tabs = [columns.length === 1 ? PLOT.curve : isRegression ? PLOT.surface : PLOT.plane, Label.Ask];
  if (!isRegression) tabs.push(Label.Confusion);
  const onKey = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = (tab + (event.key === "ArrowLeft" ? tabs.length - 1 : 1)) % tabs.length;
    setTab(next);
    (event.currentTarget.children[next] as HTMLElement).focus();
  };
  const panel = (at: number, ...children: Child[]) => <div role="tabpanel" id={`sx-panel-${at}`} aria-labelledby={`sx-tab-${at}`} hidden={tab !== at}>{children}</div>;
  return (
    <section class="result" aria-label={Label.Result}>
      <div class="tabs" role="tablist" aria-label={Label.Views} onKeyDown={onKey}>
        {tabs.map((name, at) => <button role="tab" id={`sx-tab-${at}`} aria-controls={`sx-panel-${at}`} aria-selected={tab === at} tabIndex={tab === at ? 0 : -1} onClick={() => setTab(at)}>{name}</button>)}
      </div>
      {panel(0, <DrawBar />, <Plot />, <Legend />, <Scores />, <PlaneChooser />)}
      {panel(1, tab === 1 && <Ask />)}
      {!isRegression && panel(2, tab === 2 && <Confusion />)}
    </section>
  );
}

function Plot() {
  const { session, stage } = useApp();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<BoundaryView | null>(null);
  const ring = useRef<HTMLSpanElement>(null), at = useRef<HTMLSpanElement>(null), x = useRef<HTMLSpanElement>(null), y = useRef<HTMLSpanElement>(null);
  const drawing = useDrawing();
  const isDrawn = useSession(({ doc }) => doc.data.source.kind === "drawn");
  useEffect(() => { view.current = stage.boundary = boundaryView(host.current!, session); }, [session, stage]);
  usePainter(({ scene, palette }) => {
    view.current?.update(scene, palette);
    const { marked } = session.doc.view;
    const [a, b] = marked ?? [0, 0];
    if (ring.current) {
      ring.current.hidden = marked === null;
      ring.current.style.left = `${(100 * (a - scene.a[0])) / (scene.a[1] - scene.a[0])}%`;
      ring.current.style.top = `${(100 * (scene.b[1] - b)) / (scene.b[1] - scene.b[0])}%`;
    }
    const label = (name: string, range: string) => `\u2068${shownName(cut(name, 24))}\u2069 ${range}`; // a name from right to left leaves the numbers in order
    write(x.current, label(scene.labelA, scene.rangeA));
    write(y.current, label(scene.labelB, scene.rangeB));
    write(at.current, marked ? `(${short(a)}, ${short(b)})` : "");
    if (at.current) at.current.hidden = marked === null;
  });
  const place = (event: { clientX: number; clientY: number }) => view.current!.coordinates(stage.scene, event.clientX, event.clientY);
  const mark = (a: number, b: number) => session.setView({ marked: [a, b] });
  const onKey = (event: KeyboardEvent) => {
    const { scene } = stage;
    const [a, b] = session.doc.view.marked ?? [(scene.a[0] + scene.a[1]) / 2, (scene.b[0] + scene.b[1]) / 2];
    const step = event.shiftKey ? 0.1 : 0.02;
    const da = (scene.a[1] - scene.a[0]) * step, db = (scene.b[1] - scene.b[0]) * step;
    const moved = { ArrowLeft: [a - da, b], ArrowRight: [a + da, b], ArrowUp: [a, b + db], ArrowDown: [a, b - db] }[event.key] as [number, number] | undefined;
    if (moved) mark(...moved);
    else if (event.key === "Escape") session.setView({ marked: null });
    else if (!drawing.key(event.key, a, b)) return;
    event.preventDefault();
  };
  return (
    <div class={`plot${isDrawn ? " drawing" : ""}`} ref={host} tabIndex={0} role="application" aria-label={isDrawn ? Label.DrawPlot : Label.Plot} onKeyDown={onKey}
      onPointerDown={(event) => {
        if (event.button) return;
        if (isDrawn) {
          event.currentTarget.setPointerCapture(event.pointerId);
          drawing.start(...place(event));
        } else mark(...place(event));
      }}
      onPointerMove={(event) => { if (isDrawn && event.currentTarget.hasPointerCapture(event.pointerId)) drawing.move(...place(event)); }}
      onPointerUp={() => drawing.end()} onPointerCancel={() => drawing.end()}>
      <span class="tick y" ref={y} /><span class="tick x" ref={x} /><span class="tick at" ref={at} hidden /><span class="ring" ref={ring} hidden />
    </div>
  );
}

function Legend() {
  const { session } = useApp();
  const { classNames, columns, heldOut, targetName, targets, task } = useDataset();
  const show = useSession(({ doc }) => doc.view.showHeldOut);
  const name = (text: string, code: number) => <span class="cl" title={text} style={{ color: code < 2 ? `var(--c${code}-text)` : "var(--ink)" }}><span style={{ color: `var(--c${code % 10})` }} aria-hidden="true">{signOf(code)}</span> {cut(text, 24)}</span>;
  const [low, high] = limitsOf(targets);
  return (
    <div class="legend">
      {task === "regression"
        ? columns.length === 1
          ? <span><span class="sw" />{targetName}</span>
          : [<span class="cl" title={targetName}>{cut(targetName, 24)}</span>, short(low), <span class="bar seq" />, short(high)]
        : classNames.length === 2 && columns.length > 1
          ? [name(classNames[0]!, 0), <span class="bar" role="img" aria-label={Label.Probability} />, name(classNames[1]!, 1)]
          : classNames.map(name)}
      {heldOut && <button class="chip" aria-pressed={show} onClick={() => session.setView({ showHeldOut: !show })}>○ {Label.LossHeldOut}</button>}
    </div>
  );
}

/** Accuracy (or R²) twice, and the confusion matrix of the rows that were held back. */
function Scores() {
  const { session } = useApp();
  const { dataset } = session, isRegression = dataset.task === "regression";
  useVersion();
  const score = (label: string, result: Evaluation | null) => (
    <div class="score"><small>{label}</small><b>{!result || Number.isNaN(result.score) ? "–" : isRegression ? fixed(result.score, 3) : percent(result.score)}</b></div>
  );
  return (
    <div class="scores">
      {score(isRegression ? Label.R2Training : Label.RightTraining, session.evaluate("training"))}
      {score(isRegression ? Label.R2HeldOut : Label.RightHeldOut, session.evaluate("heldOut"))}
      {!isRegression && dataset.classNames.length <= 4 && <Confusion signs />}
    </div>
  );
}

/** The confusion matrix: beside the scores with signs alone, else with names and what it is of. */
export function Confusion({ signs = false }: { signs?: boolean }) {
  const { session } = useApp();
  const { dataset: { classNames, heldOut } } = session;
  useVersion();
  const counts = session.evaluate(heldOut ? "heldOut" : "training")!.confusion;
  const head = (name: string, code: number, isShort = signs) => <span title={name}><span style={{ color: `var(--c${code % 10})` }} aria-hidden="true">{signOf(code)}</span> <span class={isShort ? "hidden" : ""}>{cut(name, 24)}</span></span>;
  const what = PHRASES.confusionOf(heldOut !== null);
  // The sentence is no caption, as a caption is never wider than its table.
  return [
    !signs && <p class="q" aria-hidden="true">{what}</p>,
    <div class={signs ? "" : "scroll"} tabIndex={signs ? undefined : 0}>
      <table class="cm" aria-label={what}>
        <thead><tr><th><span class="hidden">{Label.Confusion}</span></th>{classNames.map((name, code) => <th scope="col">{head(name, code, true)}</th>)}</tr></thead>
        <tbody>{classNames.map((name, row) => <tr><th scope="row">{head(name, row)}</th>{classNames.map((_, column) => <td class={row === column ? "right" : ""}>{counts[row]?.[column] ?? 0}</td>)}</tr>)}</tbody>
      </table>
    </div>,
  ];
}
