/** The result: boundary or curve with the points, scores, confusion matrix; a form for one row. */

import { Fragment, h, useEffect, useRef, useState } from "./render";
import type { Evaluation } from "../core/types";
import { cut, fixed, percent, short, shownName } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { PLOT } from "../text/names";
import { boundaryView, type BoundaryView } from "../views/boundary";
import { signOf } from "../views/markers";
import { Ask } from "./Ask";
import { DrawBar, useDrawing } from "./Drawing";
import { write } from "./Dock";
import { PlaneChooser } from "./PlaneChooser";
import { useApp, usePainter, useSession } from "./stage";

export function ResultPanel() {
  const [tab, setTab] = useState<"plot" | "ask">("plot");
  const dataset = useSession((now) => now.dataset);
  const title = dataset.nIn === 1 ? PLOT.curve : dataset.task === "regression" ? PLOT.surface : PLOT.plane;
  const tabs = { plot: title, ask: Label.Ask } as const;
  const names = Object.keys(tabs) as (keyof typeof tabs)[];
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    setTab(tab === "plot" ? "ask" : "plot");
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>('[aria-selected="false"]')?.focus();
  };
  return (
    <section class="result" aria-label={Label.Result}>
      <div class="tabs" role="tablist" aria-label={Label.Views} onKeyDown={onKey}>
        {names.map((name) => <button key={name} role="tab" id={`sx-tab-${name}`} aria-controls={`sx-panel-${name}`} aria-selected={tab === name} tabIndex={tab === name ? 0 : -1} onClick={() => setTab(name)}>{tabs[name]}</button>)}
      </div>
      <div role="tabpanel" id="sx-panel-plot" aria-labelledby="sx-tab-plot" hidden={tab !== "plot"}>
        <DrawBar />
        <Plot />
        <Legend />
        <Scores />
        <PlaneChooser />
      </div>
      <div role="tabpanel" id="sx-panel-ask" aria-labelledby="sx-tab-ask" hidden={tab !== "ask"}>{tab === "ask" && <Ask />}</div>
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
    write(x.current, `${shownName(cut(scene.labelA, 24))} ${short(scene.showA(scene.a[0]))} … ${short(scene.showA(scene.a[1]))}`);
    write(y.current, `${shownName(cut(scene.labelB, 24))} ${short(scene.showB(scene.b[0]))} … ${short(scene.showB(scene.b[1]))}`);
    write(at.current, marked ? `(${short(scene.showA(a))}, ${short(scene.showB(b))})` : "");
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
  const dataset = useSession((now) => now.dataset);
  const low = useRef<HTMLSpanElement>(null), high = useRef<HTMLSpanElement>(null);
  const hasHeldOut = dataset.heldOut !== null;
  const show = useSession(({ doc }) => doc.view.showHeldOut);
  const heldOut = hasHeldOut && (
    <button class="chip" aria-pressed={show} onClick={() => session.setView({ showHeldOut: !show })}>○ {Label.LossHeldOut}</button>
  );
  if (dataset.task === "regression") {
    if (dataset.nIn === 1) return <div class="legend">{<span><span class="sw" />{dataset.targetName}</span>}{heldOut}</div>;
    let min = Infinity, max = -Infinity;
    for (const value of dataset.targets) { min = Math.min(min, value); max = Math.max(max, value); }
    return <div class="legend"><span class="cl" title={dataset.targetName}>{cut(dataset.targetName, 24)}</span><span ref={low}>{short(min)}</span><span class="bar seq" /><span ref={high}>{short(max)}</span>{heldOut}</div>;
  }
  const name = (code: number) => <span class="cl" key={code} title={dataset.classNames[code]} style={{ color: code < 2 ? `var(--c${code}-text)` : "var(--ink)" }}><span style={{ color: `var(--c${code % 10})` }} aria-hidden="true">{signOf(code)}</span> {cut(dataset.classNames[code] ?? "", 24)}</span>;
  return (
    <div class="legend">
      {dataset.classNames.length === 2 && dataset.nIn > 1
        ? <>{name(0)}<span class="bar" role="img" aria-label={Label.Probability} />{name(1)}</>
        : dataset.classNames.map((_, code) => name(code))}
      {heldOut}
    </div>
  );
}

/** Accuracy (or R²) twice, and the confusion matrix of the rows that were held back. */
function Scores() {
  const { session } = useApp();
  const training = useRef<HTMLElement>(null), held = useRef<HTMLElement>(null);
  const dataset = useSession((now) => now.dataset);
  const seen = useRef(-1);
  usePainter(({ frame }) => {
    if (session.version === seen.current || (session.status === "playing" && frame % 6)) return;
    seen.current = session.version;
    const scoreText = (result: Evaluation | null) => (!result ? "–" : dataset.task === "regression" ? (Number.isFinite(result.score) ? fixed(result.score, 3) : "–") : percent(result.score));
    write(training.current, scoreText(session.evaluate("training")));
    write(held.current, scoreText(session.evaluate("heldOut")));
  });
  const isRegression = dataset.task === "regression";
  return (
    <div class="scores">
      <div class="score"><small>{isRegression ? Label.R2Training : Label.RightTraining}</small><b ref={training}>–</b></div>
      <div class="score"><small>{isRegression ? Label.R2HeldOut : Label.RightHeldOut}</small><b ref={held}>–</b></div>
      {!isRegression && dataset.classNames.length <= 4 && <Confusion signs />}
    </div>
  );
}

export function Confusion({ signs = false }: { signs?: boolean }) {
  const { session } = useApp();
  const dataset = useSession((now) => now.dataset);
  const table = useRef<HTMLTableElement>(null);
  const seen = useRef(-1);
  const hasHeldOut = dataset.heldOut !== null;
  useEffect(() => { seen.current = -1; }, [dataset]);
  usePainter(({ frame }) => {
    if (session.version === seen.current || (session.status === "playing" && frame % 6)) return;
    seen.current = session.version;
    const result = session.evaluate(hasHeldOut ? "heldOut" : "training");
    const cells = table.current?.querySelectorAll<HTMLElement>("td");
    result?.confusion.flat().forEach((n, k) => write(cells?.[k] ?? null, String(n)));
  });
  const codes = dataset.classNames.map((_, code) => code);
  const head = (code: number) => (signs ? <span style={{ color: `var(--c${code % 10})` }}><span aria-hidden="true">{signOf(code)}</span><span class="hidden">{dataset.classNames[code]}</span></span> : cut(dataset.classNames[code] ?? "", 12));
  return (
    <table class="cm" ref={table}>
      <caption class="hidden">{PHRASES.confusionOf(hasHeldOut)}</caption>
      <thead><tr><th><span class="hidden">{Label.Confusion}</span></th>{codes.map((code) => <th scope="col" key={code}>{head(code)}</th>)}</tr></thead>
      <tbody>{codes.map((row) => <tr key={row}><th scope="row">{head(row)}</th>{codes.map((column) => <td key={column} class={row === column ? "right" : ""}>0</td>)}</tr>)}</tbody>
    </table>
  );
}
