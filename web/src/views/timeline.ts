/** The loss curve, which is also the slider that rewinds: training, held back, a kept run, the playhead. */

import type { Curves } from "../core/types";
import type { Session } from "../state/types";
import { add, put, sizeOf } from "./element";
import type { Palette } from "./palette";
import { fitted, limitsOf } from "./raster";
import { svgOf, type Pen } from "./svg";

const TICKS = 5;
const LEFT = 56, BELOW = 34, WIDE = 888, HIGH = 280; // of the picture

/** Axes of the curves: epochs to the right, losses on a logarithmic scale. */
interface Axes {
  readonly end: number;
  readonly low: number;
  readonly high: number;
  readonly x: (epoch: number) => number;
  readonly y: (loss: number) => number;
}

export interface TimelineView {
  update(palette: Palette): void;
}

/** Make the host a slider over the epochs; it gets the keys and the pointer. */
export function timelineView(host: HTMLElement, session: Session, epochText: (epoch: number) => string): TimelineView {
  const canvas = add(host, "canvas"), labels = add(host, "div"), head = add(host, "div", "playhead"), bubble = add(head, "span");
  const size = sizeOf(host);
  let painted = "", labelled = "";
  listen(host, session);

  const label = ({ end, low, high, x, y }: Axes) => {
    const key = `${end} ${low.toFixed(2)} ${high.toFixed(2)} ${size.width} ${size.height} ${session.branches.join()}`;
    if (key === labelled) return;
    labelled = key;
    labels.replaceChildren();
    for (const epoch of epochTicks(end)) put(add(labels, "span", "xl", String(epoch)), { left: x(epoch) });
    const shown = ticksOf(low, high), every = Math.ceil(shown.length / Math.max(1, Math.floor(size.height / 20)));
    shown.forEach((tick, k) => { if (k % every === 0) put(add(labels, "span", "yl", tickText(tick)), { top: y(tick) }); });
    for (const epoch of session.branches) put(add(labels, "span", "branch"), { left: x(epoch) });
  };

  return {
    update(palette) {
      const { lastEpoch, position: { epoch }, kept } = session, { width, height } = size;
      const key = `${session.version} ${lastEpoch} ${palette.dark} ${width} ${height} ${kept?.loss.length ?? 0}`;
      if (!width || key === painted) return;
      painted = key;
      const axes = drawCurves(fitted(canvas, width, height), session, palette, width, height);
      const share = epoch / axes.end;
      head.style.transform = `translateX(${axes.x(epoch).toFixed(1)}px)`;
      host.toggleAttribute("data-early", share < 0.5); // the key is at the other side
      bubble.textContent = epochText(epoch);
      bubble.style.transform = `translateX(${share < 0.08 ? -12 : share > 0.94 ? -88 : -50}%)`;
      label(axes);
      host.setAttribute("aria-valuenow", String(epoch));
      host.setAttribute("aria-valuemax", String(lastEpoch));
    },
  };
}

/** The curves with their axes, as SVG. */
export function lossSvg(session: Session, palette: Palette): string {
  return svgOf([-LEFT, -8, LEFT + WIDE + 16, HIGH + BELOW + 8], palette.panel, (pen) => {
    const { low, high, end, x, y } = drawCurves(pen, session, palette, WIDE, HIGH);
    pen.fillStyle = palette.quiet;
    pen.textAlign = "end";
    for (const tick of ticksOf(low, high)) pen.fillText(tickText(tick), -7, y(tick) + 4);
    for (const epoch of epochTicks(end)) pen.fillText(String(epoch), x(epoch) + 9, HIGH + 22);
  });
}

function drawCurves(pen: Pen, session: Session, palette: Palette, width: number, height: number): Axes {
  const { curves, kept, position, lastEpoch } = session;
  const end = niceEnd(lastEpoch), [low, high] = logLimits([curves, ...(kept ? [kept] : [])]);
  const x = (epoch: number) => (epoch / end) * width;
  const y = (loss: number) => 4 + ((high - Math.log10(Math.max(loss, 1e-300))) / (high - low)) * (height - 8);
  const line = (color: string, lineWidth: number) => {
    pen.strokeStyle = color;
    pen.lineWidth = lineWidth;
    pen.lineJoin = "round";
    pen.stroke();
  };
  const curve = (losses: readonly number[], color: string, lineWidth: number) => {
    const stride = Math.max(1, Math.floor(losses.length / (2 * width)));
    const last = losses.length - 1;
    pen.beginPath();
    for (let epoch = 0; epoch <= last; epoch += epoch + stride <= last ? stride : Math.max(1, last - epoch)) if (Number.isFinite(losses[epoch]!)) pen.lineTo(x(epoch), y(losses[epoch]!));
    line(color, lineWidth);
  };
  pen.fillStyle = palette.soft;
  pen.globalAlpha = 0.75;
  pen.fillRect(x(position.epoch), 0, width - x(position.epoch), height);
  pen.globalAlpha = 1;
  for (const tick of ticksOf(low, high)) {
    const at = Math.round(y(tick)) + 0.5;
    pen.beginPath();
    pen.moveTo(0, at);
    pen.lineTo(width, at);
    line(palette.line, 1);
  }
  if (kept) {
    pen.setLineDash([4, 4]);
    curve(kept.heldOutLoss.length ? kept.heldOutLoss : kept.loss, palette.ghost, 1.5);
    pen.setLineDash([]);
  }
  curve(curves.heldOutLoss, palette.heldOut, 2);
  curve(curves.loss, palette.ink, 2);
  return { end, low, high, x, y };
}

function listen(host: HTMLElement, session: Session): void {
  const seek = (epoch: number) => session.seek(Math.max(0, Math.min(session.lastEpoch, epoch)));
  const follow = (event: PointerEvent) => {
    const box = host.getBoundingClientRect();
    seek(Math.round(((event.clientX - box.left) / box.width) * niceEnd(session.lastEpoch)));
  };
  host.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    host.setPointerCapture(event.pointerId);
    host.focus();
    follow(event);
  });
  host.addEventListener("pointermove", (event) => { if (host.hasPointerCapture(event.pointerId)) follow(event); });
  host.addEventListener("keydown", (event) => {
    const { epoch } = session.position;
    const goal = { ArrowLeft: epoch - 1, ArrowDown: epoch - 1, ArrowRight: epoch + 1, ArrowUp: epoch + 1, PageDown: epoch - 10, PageUp: epoch + 10, Home: 0, End: session.lastEpoch }[event.key];
    if (goal === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    seek(goal);
  });
}

/** Return the last epoch of the axis: a round number with room for the future. */
function niceEnd(last: number): number {
  const least = Math.max(20, last * 1.02);
  const power = 10 ** Math.floor(Math.log10(least));
  for (const step of [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8]) if (step * power >= least && (step * power) % TICKS === 0) return step * power;
  return 10 * power;
}

function epochTicks(end: number): number[] {
  return Array.from({ length: TICKS + 1 }, (_, k) => (end * k) / TICKS);
}

/** Return the limits of the losses as powers of ten. */
function logLimits(curves: readonly Curves[]): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const { loss, heldOutLoss } of curves) for (const values of [loss, heldOutLoss]) [low, high] = limitsOf(values, low, high, 0);
  if (!(high > 0)) return [-2, 0];
  const bottom = Math.log10(low), top = Math.log10(high);
  return [Math.min(bottom - 0.08, top - 1), top + 0.08];
}

/** Return round numbers within the limits: powers of ten, of a short range also 2 and 5 times these. */
function ticksOf(low: number, high: number): number[] {
  const found: number[] = [];
  const factors = high - low < 2.2 ? [5, 2, 1] : [1];
  for (let k = Math.ceil(high); k >= Math.floor(low); k--)
    for (const factor of factors) {
      const at = k + Math.log10(factor);
      if (at <= high && at >= low) found.push(Number(`${factor}e${k}`));
    }
  return found;
}

function tickText(tick: number): string {
  return tick >= 1e-4 && tick < 1e5 ? String(tick) : tick.toExponential(0).replace("+", "");
}
