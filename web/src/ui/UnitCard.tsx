/** The card of a unit: a large picture, its formula with numbers, a slider for each weight, freeze, undo. */

import { h, useEffect, useRef } from "./render";
import { cut, fixed, shownName } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { ACTIVATIONS } from "../text/names";
import { HINTS } from "../text/narrator";
import { largest, limitsOf, rasterOf, type Raster } from "../views/raster";
import { inputsAt } from "../core/grid";
import { gridOf } from "../views/scene";
import type { Session } from "../state/types";
import { Icon } from "./icons";
import { isBetween, useApp, usePainter, useSession, useVersion } from "./stage";

const CELLS = 96, WORK = 2e7, TERMS = 4, REACH = 6;

interface Weight {
  readonly name: string;
  readonly label: string;
  readonly index: number;
  readonly from: number | null;
}

export function UnitCard({ layer, unit, left, tile }: { layer: number; unit: number; left: number; tile: number }) {
  const { session, say } = useApp();
  const frozen = useSession(({ doc }) => doc.training.frozen);
  const canUndo = useSession((now) => now.canUndo);
  const network = useSession((now) => now.network);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const spec = network.layers[layer];
  if (!spec || unit >= spec.units) return null;
  const isOutput = layer === network.layers.length - 1;
  const weights = weightsOf(session, layer, unit);
  const indices = weights.map((weight) => weight.index);
  const allFrozen = indices.every((index) => frozen.includes(index));
  const close = () => {
    session.setView({ unit: null });
    document.querySelector<HTMLElement>(`[data-unit="${layer},${unit}"]`)?.focus();
  };
  const freeze = (some: readonly number[], on: boolean) => {
    session.setFrozen(some, on);
    say(on ? HINTS.frozen : HINTS.unfrozen);
  };
  return (
    <div class="card pop" role="dialog" aria-label={PHRASES.unitTitle(layer, unit, isOutput)} style={{ left: `clamp(8px, ${left + tile / 2 + 26}px, calc(100% - 334px))`, top: "74px" }}>
      <h3 ref={heading} tabIndex={-1}>
        {PHRASES.unitTitle(layer, unit, isOutput)}
        <span class="q">{isOutput ? outputName(network.head) : ACTIVATIONS[spec.activation]}</span>
        <button class="lock" aria-label={Label.Close} onClick={close}><Icon name="close" /></button>
      </h3>
      <Formula layer={layer} unit={unit} weights={weights} isOutput={isOutput} />
      {weights.map((weight) => <WeightRow key={weight.index} weight={weight} isFrozen={frozen.includes(weight.index)} freeze={freeze} />)}
      <div class="foot">
        <button class="act" onClick={() => freeze(indices, !allFrozen)}><Icon name={allFrozen ? "lock" : "unlock"} />{allFrozen ? Label.UnfreezeUnit : Label.FreezeUnit}</button>
        <button class="act" disabled={!canUndo} onClick={() => session.undo()}><Icon name="undo" />{Label.Undo}</button>
      </div>
    </div>
  );
}

function WeightRow({ weight, isFrozen, freeze }: { weight: Weight; isFrozen: boolean; freeze: (indices: readonly number[], on: boolean) => void }) {
  const { session, say } = useApp();
  const range = useRef<HTMLInputElement>(null), field = useRef<HTMLInputElement>(null);
  const dragging = useRef(false);
  usePainter(() => {
    const value = session.theta[weight.index]!;
    const most = Math.max(REACH, Math.ceil(Math.abs(value) * 1.2));
    if (range.current && !dragging.current) {
      if (Number(range.current.max) < most) { range.current.min = String(-most); range.current.max = String(most); }
      range.current.value = String(value);
    }
    const text = value.toFixed(3);
    if (field.current && document.activeElement !== field.current && field.current.value !== text) field.current.value = text;
  });
  const edit = (text: string, merge: boolean) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) return;
    session.edit(weight.index, value, merge);
    if (!merge) say(HINTS.edited);
  };
  return (
    <div class="row">
      <span class="lab" title={weight.name}>{weight.label}</span>
      <input ref={range} type="range" min={-REACH} max={REACH} step={0.01} aria-label={weight.name}
        onInput={(event) => { edit(event.currentTarget.value, dragging.current); dragging.current = true; }}
        onChange={() => { dragging.current = false; }} onPointerUp={() => { dragging.current = false; }} onBlur={() => { dragging.current = false; }} />
      <input ref={field} type="number" step={0.01} aria-label={`${weight.name}, number`} onChange={(event) => edit(event.currentTarget.value, false)} />
      <button class="lock" aria-pressed={isFrozen} aria-label={PHRASES.freeze(weight.name)} title={PHRASES.freeze(weight.name)} onClick={() => freeze([weight.index], !isFrozen)}>
        <Icon name={isFrozen ? "lock" : "unlock"} />
      </button>
    </div>
  );
}

/** The picture of the unit, and its sum with the numbers of the marked point. */
function Formula({ layer, unit, weights, isOutput }: { layer: number; unit: number; weights: readonly Weight[]; isOutput: boolean }) {
  const { session, stage: { scene } } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null), raster = useRef<Raster>(null), painted = useRef("");
  useEffect(() => { raster.current = rasterOf(canvas.current!); }, []);
  useSession(({ doc }) => doc.view.marked);
  useVersion();
  usePainter(({ scene, palette, frame }) => {
    const key = `${session.version} ${palette.dark} ${scene.dataset.key}`;
    if (key === painted.current || isBetween(session, frame) || unit >= (session.network.layers[layer]?.units ?? 0)) return;
    painted.current = key;
    const { nA, nB, units, outputs } = session.grid(gridOf(scene, Math.min(CELLS, Math.floor(Math.sqrt(WORK / session.theta.length)))), !isOutput);
    const picture = isOutput ? outputs[Math.min(unit, outputs.length - 1)]! : units[layer]![unit]!;
    const { activation } = session.network.layers[layer]!;
    const most = activation === "tanh" || activation === "logistic" ? 1 : largest(picture);
    if (!isOutput) raster.current!.paint(picture, nA, nB, palette.signed, -most, most);
    else if (scene.isRegression) raster.current!.paint(picture, nA, nB, palette.sequential, ...limitsOf(picture));
    else raster.current!.paint(picture, nA, nB, outputs.length === 1 ? palette.probability : palette.classTints[unit % 10]!, 0, 1);
  });
  const [a, b] = session.doc.view.marked ?? [(scene.a[0] + scene.a[1]) / 2, (scene.b[0] + scene.b[1]) / 2];
  const trace = session.trace(inputsAt(scene.plane, a, b));
  const z = trace.z[layer]![unit]!, before = layer === 0 ? trace.input : trace.a[layer - 1]!;
  const terms = weights.filter(({ from }) => from !== null), bias = weights.find(({ from }) => from === null);
  const weight = (index: number) => number(session.theta[index]!);
  return [
    <div class="big">
      <canvas ref={canvas} aria-hidden="true" />
      <div class="math"><span class="q">{Label.AtMarked}</span><br /><b>{isOutput ? "out" : "a"}</b> = {isOutput ? outputName(session.network.head) : ACTIVATIONS[session.network.layers[layer]!.activation]}({number(z)}) = <b>{fixed(isOutput ? shownOutput(trace.outputs, unit) : trace.a[layer]![unit]!)}</b></div>
    </div>,
    <div class="math">
      <b>z</b> = {terms.slice(0, TERMS).map(({ index, from }, k) => [k ? " + " : "", weight(index), `·${fixed(before[from!]!)}`])}
      {terms.length > TERMS && <span class="q"> + … {PHRASES.moreTerms(terms.length - TERMS)}</span>}
      {bias && [" + ", weight(bias.index)]} = <b>{fixed(z)}</b>
    </div>,
  ];
}

function shownOutput(outputs: readonly number[], unit: number): number {
  return outputs.length === 2 ? outputs[1]! : outputs[Math.min(unit, outputs.length - 1)]!;
}

function outputName(head: string): string {
  return head === "multiclass" ? "softmax" : head === "poisson" ? "exp" : head === "regression" ? "identity" : "logistic";
}

function weightsOf(session: Session, layer: number, unit: number): Weight[] {
  const { network, dataset } = session;
  const nFrom = layer === 0 ? network.nIn : network.layers[layer - 1]!.units;
  const found: Weight[] = [];
  for (let from = 0; from < nFrom; from++) {
    const index = session.indexOf({ layer, unit, from });
    const plain = layer === 0 ? dataset.inputNames[from] ?? "" : `unit ${from + 1}`;
    if (index !== null) found.push({ name: PHRASES.weightLabel(plain), label: cut(layer === 0 ? shownName(plain) : plain, 12), index, from });
  }
  const bias = session.indexOf({ layer, unit, from: null });
  if (bias !== null) found.push({ name: Label.Bias, label: Label.Bias, index: bias, from: null });
  return found;
}

const number = (value: number) => <span class={value < 0 ? "neg" : "pos"}>{fixed(value)}</span>;
