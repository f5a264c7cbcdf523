/** The loss curve, which is also the slider that rewinds: training, held back, a kept run, the playhead. */

import type { Curves } from "../core/types";
import type { Session } from "../state/types";
import type { Palette } from "./palette";
import { fitted } from "./raster";

const TICKS = 5;

export class TimelineView {
  private readonly canvas: HTMLCanvasElement;
  private readonly head: HTMLElement;
  private readonly bubble: HTMLElement;
  private readonly labels: HTMLElement;
  private painted = "";
  private labelled = "";
  private width = 0;
  private height = 0;

  /** The host is the slider; it gets the keys and the pointer. */
  constructor(private readonly host: HTMLElement, private readonly session: Session, private readonly epochText: (epoch: number) => string) {
    this.canvas = host.appendChild(document.createElement("canvas"));
    this.labels = host.appendChild(document.createElement("div"));
    this.head = host.appendChild(Object.assign(document.createElement("div"), { className: "playhead" }));
    this.bubble = this.head.appendChild(document.createElement("span"));
    for (const part of [this.canvas, this.labels, this.head]) part.setAttribute("aria-hidden", "true");
    new ResizeObserver(() => this.measure()).observe(host);
    this.measure();
    this.listen();
  }

  private measure(): void {
    this.width = this.host.clientWidth;
    this.height = this.host.clientHeight;
  }

  update(palette: Palette): void {
    const { session } = this;
    if (!this.width) return;
    const key = `${session.version} ${session.lastEpoch} ${palette.dark} ${this.width} ${this.height} ${session.kept?.curves.loss.length ?? 0}`;
    if (key === this.painted) return;
    this.painted = key;
    const end = niceEnd(session.lastEpoch);
    const [low, high] = logLimits([session.curves, ...(session.kept ? [session.kept.curves] : [])]);
    const x = (epoch: number) => (epoch / end) * this.width;
    const y = (loss: number) => 4 + ((high - Math.log10(Math.max(loss, 1e-300))) / (high - low)) * (this.height - 8);
    const { context } = fitted(this.canvas, this.width, this.height);
    context.clearRect(0, 0, this.width, this.height);
    context.fillStyle = palette.soft;
    context.globalAlpha = 0.75;
    context.fillRect(x(session.position.epoch), 0, this.width, this.height);
    context.globalAlpha = 1;
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    for (const tick of ticksOf(low, high)) this.line(context, [[0, y(tick)], [this.width, y(tick)]]);
    if (session.kept) {
      context.setLineDash([4, 4]);
      this.curve(context, session.kept.curves.heldOutLoss.length ? session.kept.curves.heldOutLoss : session.kept.curves.loss, palette.ghost, 1.5, x, y);
      context.setLineDash([]);
    }
    this.curve(context, session.curves.heldOutLoss, palette.heldOut, 2, x, y);
    this.curve(context, session.curves.loss, palette.ink, 2, x, y);
    this.head.style.transform = `translateX(${x(session.position.epoch).toFixed(1)}px)`;
    this.bubble.textContent = this.epochText(session.position.epoch);
    const share = session.position.epoch / end;
    this.bubble.style.transform = `translateX(${share < 0.08 ? -12 : share > 0.94 ? -88 : -50}%)`;
    this.label(end, low, high, x, y);
    this.host.setAttribute("aria-valuenow", String(session.position.epoch));
    this.host.setAttribute("aria-valuemax", String(session.lastEpoch));
  }

  private curve(context: CanvasRenderingContext2D, losses: readonly number[], color: string, width: number, x: (epoch: number) => number, y: (loss: number) => number): void {
    if (!losses.length) return;
    const stride = Math.max(1, Math.floor(losses.length / (2 * this.width)));
    context.beginPath();
    for (let epoch = 0; epoch < losses.length; epoch += stride) if (Number.isFinite(losses[epoch]!)) context.lineTo(x(epoch), y(losses[epoch]!));
    const last = losses.length - 1;
    if (Number.isFinite(losses[last]!)) context.lineTo(x(last), y(losses[last]!));
    context.strokeStyle = color;
    context.lineWidth = width;
    context.lineJoin = "round";
    context.stroke();
  }

  private line(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, Math.round(y) + 0.5);
    context.stroke();
  }

  private label(end: number, low: number, high: number, x: (epoch: number) => number, y: (loss: number) => number): void {
    const branches = this.session.branches.join(",");
    const key = `${end} ${low.toFixed(2)} ${high.toFixed(2)} ${this.width} ${this.height} ${branches}`;
    if (key === this.labelled) return;
    this.labelled = key;
    const parts: HTMLElement[] = [];
    const add = (className: string, style: Partial<CSSStyleDeclaration>, text: string) => {
      const part = Object.assign(document.createElement("span"), { className, textContent: text });
      Object.assign(part.style, style);
      parts.push(part);
    };
    for (let k = 0; k <= TICKS; k++) add("xl", { left: `${x((end * k) / TICKS)}px` }, String((end * k) / TICKS));
    const shown = ticksOf(low, high);
    const every = Math.ceil(shown.length / Math.max(1, Math.floor(this.height / 20)));
    shown.forEach((tick, k) => { if (k % every === 0) add("yl", { top: `${y(tick)}px` }, tickText(tick)); });
    for (const epoch of this.session.branches) add("branch", { left: `${x(epoch)}px` }, "");
    this.labels.replaceChildren(...parts);
  }

  private listen(): void {
    const { host, session } = this;
    const seek = (event: PointerEvent) => {
      const box = host.getBoundingClientRect();
      const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
      session.seek(Math.min(session.lastEpoch, Math.round(share * niceEnd(session.lastEpoch))));
    };
    host.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      host.setPointerCapture(event.pointerId);
      host.focus();
      seek(event);
    });
    host.addEventListener("pointermove", (event) => { if (host.hasPointerCapture(event.pointerId)) seek(event); });
    host.addEventListener("keydown", (event) => {
      const { epoch } = session.position;
      const goal = { ArrowLeft: epoch - 1, ArrowDown: epoch - 1, ArrowRight: epoch + 1, ArrowUp: epoch + 1, PageDown: epoch - 10, PageUp: epoch + 10, Home: 0, End: session.lastEpoch }[event.key];
      if (goal === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      session.seek(Math.max(0, Math.min(session.lastEpoch, goal)));
    });
  }
}

/** Return the last epoch of the axis: a round number with room for the future. */
export function niceEnd(last: number): number {
  const least = Math.max(20, last * 1.02);
  const power = 10 ** Math.floor(Math.log10(least));
  for (const step of [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]) if (step * power >= least && (step * power) % TICKS === 0) return step * power;
  return 10 * power;
}

/** Return the limits of the losses as powers of ten. */
export function logLimits(curves: readonly Curves[]): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const { loss, heldOutLoss } of curves)
    for (const values of [loss, heldOutLoss])
      for (const value of values)
        if (value > 0 && value < Infinity) {
          if (value < low) low = value;
          if (value > high) high = value;
        }
  if (!(high > 0)) return [-2, 0];
  const bottom = Math.log10(low), top = Math.log10(high);
  return [Math.min(bottom - 0.08, top - 1), top + 0.08];
}

/** Return round numbers within the limits: powers of ten, of a short range also 2 and 5 times these. */
export function ticksOf(low: number, high: number): number[] {
  const found: number[] = [];
  const factors = high - low < 2.2 ? [5, 2, 1] : [1];
  for (let k = Math.ceil(high); k >= Math.floor(low); k--)
    for (const factor of factors) {
      const at = k + Math.log10(factor);
      if (at <= high && at >= low) found.push(Number(`${factor}e${k}`));
    }
  return found;
}

export function tickText(tick: number): string {
  return tick >= 1e-4 && tick < 1e5 ? String(tick) : tick.toExponential(0).replace("+", "");
}
