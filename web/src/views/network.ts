/** The network: a picture in every unit, edges with sign and width, biases; an edge can be dragged. */

import type { Session } from "../state/types";
import type { Edge, Layout } from "./layout";
import { edgeAt, ends, layoutOf } from "./layout";
import type { Palette } from "./palette";
import { Atlas, fitted, largest } from "./raster";
import type { Scene } from "./scene";
import { gridOf } from "./scene";
import { networkSvg } from "./svg";

const TILE_CELLS = 30;
const MANY_EDGES = 700;

/** What the network needs of the panels around it. */
export interface NetworkHooks {
  unit(layer: number, unit: number): void;
  layout(layout: Layout, width: number): void;
  /** Names: of a unit's button, of its bias, of a weight, of an input or output. */
  nameUnit(layer: number, unit: number): string;
  nameInput(input: number): string;
  nameOutput(output: number): string;
  weight(value: number): string;
}

interface Tile {
  readonly button: HTMLElement;
  /** Of the pictures, which. */
  readonly slot: number;
}

export class NetworkView {
  private readonly canvas: HTMLCanvasElement;
  private readonly pictures = new Atlas(TILE_CELLS);
  private readonly tag: HTMLElement;
  private tiles: Tile[][] = [];
  private built = "";
  private painted = "";
  private paintedInputs = "";
  private layout: Layout | null = null;
  private hovered: Edge | null = null;
  private dragged: { edge: Edge; index: number; y: number; hasMoved: boolean } | null = null;
  private width = 0;
  private height = 0;

  constructor(private readonly stage: HTMLElement, private readonly session: Session, private readonly hooks: NetworkHooks) {
    this.canvas = stage.appendChild(document.createElement("canvas"));
    this.canvas.setAttribute("aria-hidden", "true");
    this.tag = stage.appendChild(Object.assign(document.createElement("div"), { className: "tag", hidden: true }));
    new ResizeObserver(() => this.measure()).observe(stage);
    this.measure();
    this.listen();
  }

  private measure(): void {
    this.width = this.stage.clientWidth;
    this.height = this.stage.clientHeight;
  }

  /** Paint what has changed; while it plays in every second frame, a large network in every sixth. */
  update(scene: Scene, palette: Palette, frame: number): void {
    if (this.width < 40 || this.height < 40) return;
    this.build(scene);
    const { session } = this;
    const layout = this.layout!;
    const look = `${this.built} ${palette.dark}`;
    const planeKey = `${look} ${scene.labelA} ${scene.labelB} ${scene.a} ${scene.b} ${scene.plane.origin.join(",")}`;
    const edge = this.dragged?.edge ?? this.hovered;
    const key = `${session.version} ${planeKey} ${edge ? `${edge.layer} ${edge.from} ${edge.unit}` : ""} ${session.doc.training.frozen.length}`;
    if (key === this.painted) return;
    const nEdges = layout.columns.slice(1).reduce((sum, column, k) => sum + column.y.length * layout.columns[k]!.y.length, 0);
    if (session.status === "playing" && frame % (nEdges > MANY_EDGES ? 6 : 2)) return;
    this.painted = key;
    if (planeKey !== this.paintedInputs) { this.paintedInputs = planeKey; this.paintInputs(scene, palette); }
    this.paintPictures(scene, palette);
    const { context } = fitted(this.canvas, this.width, this.height);
    context.clearRect(0, 0, this.width, this.height);
    this.drawEdges(context, layout, palette, edge);
    this.drawUnits(context, layout, palette);
  }

  /** The network as it is on the stage, as SVG. */
  svg(palette: Palette): string {
    return networkSvg(this.session, this.layout!, this.width, this.height, this.tiles.map((column) => column.map(({ slot }) => this.pictures.url(slot))), palette);
  }

  // ------------------------------------------------------------ building

  private build(scene: Scene): void {
    const { network } = this.session;
    const names = scene.dataset.inputNames;
    const several = network.layers[network.layers.length - 1]!.units > 1;
    const narrow = this.width < 480;
    const before = (narrow ? 44 : 74), after = several ? (narrow ? 44 : 64) : 6;
    const key = `${network.nIn} ${network.layers.map((layer) => layer.units).join("-")} ${this.width}x${this.height} ${scene.dataset.key} ${names.length}`;
    if (key === this.built) return;
    this.built = key;
    this.hovered = null;
    const layout = (this.layout = layoutOf(network, this.width, this.height, before, after));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["unit"] : undefined;
    for (const tile of this.tiles.flat()) tile.button.remove();
    let slot = 0;
    this.tiles = layout.columns.map((column, k) => column.y.map((y, unit) => ({ slot: slot++, button: this.button(layout, k, unit, column.x, y) })));
    this.pictures.reserve(slot);
    this.paintedInputs = this.painted = "";
    this.hooks.layout(layout, this.width);
    if (focused) this.stage.querySelector<HTMLElement>(`[data-unit="${focused}"]`)?.focus();
  }

  private button(layout: Layout, column: number, unit: number, x: number, y: number): HTMLElement {
    const isInput = column === 0, isOutput = column === layout.columns.length - 1;
    const button = document.createElement(isInput ? "div" : "button");
    button.className = `unit${isOutput ? " last" : ""}`;
    const half = layout.tile / 2;
    Object.assign(button.style, { left: `${x - half}px`, top: `${y - half}px`, width: `${layout.tile}px`, height: `${layout.tile}px` });
    if (isInput) {
      button.append(label("name", this.hooks.nameInput(unit)));
      if (unit === layout.columns[0]!.y.length - 1 && layout.columns[0]!.more) button.title = `+ ${layout.columns[0]!.more}`;
    } else {
      button.dataset["unit"] = `${column - 1},${unit}`;
      button.setAttribute("aria-label", this.hooks.nameUnit(column - 1, unit));
      button.addEventListener("click", () => this.hooks.unit(column - 1, unit));
      if (isOutput && layout.columns[column]!.y.length > 1) button.append(label("name after", this.hooks.nameOutput(unit)));
    }
    this.stage.append(button);
    return button;
  }

  // ------------------------------------------------------------ painting

  private paintInputs(scene: Scene, palette: Palette): void {
    const { origin, u, v } = scene.plane;
    const n = TILE_CELLS;
    const values = new Float64Array(n * n);
    this.tiles[0]!.forEach(({ slot }, k) => {
      for (let j = 0; j < n; j++)
        for (let i = 0; i < n; i++) {
          const a = scene.a[0] + ((i + 0.5) / n) * (scene.a[1] - scene.a[0]);
          const b = scene.b[1] - ((j + 0.5) / n) * (scene.b[1] - scene.b[0]);
          values[j * n + i] = origin[k]! + a * u[k]! + (v ? b * v[k]! : 0);
        }
      // An input that does not vary on the plane is shown by its size: 2 is far from the mean.
      const most = u[k] || v?.[k] ? largest(values) : Math.max(2, largest(values));
      this.pictures.paint(slot, values, false, palette.signed, -most, most);
    });
  }

  private paintPictures(scene: Scene, palette: Palette): void {
    const { pictures } = this;
    const { network } = this.session;
    const values = this.session.grid(gridOf(scene, TILE_CELLS), true);
    values.units.forEach((layer, l) => {
      const bounded = network.layers[l]!.activation === "tanh" || network.layers[l]!.activation === "logistic";
      layer.forEach((unit, k) => {
        const most = bounded ? 1 : largest(unit);
        pictures.paint(this.tiles[l + 1]![k]!.slot, unit, scene.isCurve, palette.signed, -most, most);
      });
    });
    const outputs = this.tiles[this.tiles.length - 1]!;
    outputs.forEach(({ slot }, k) => {
      const output = values.outputs[k]!;
      const isNumber = scene.dataset.task === "regression";
      const lut = isNumber ? palette.sequential : outputs.length === 1 ? palette.probability : palette.classTints[k % 10]!;
      const [low, high] = isNumber ? extent(output) : [0, 1];
      pictures.paint(slot, output, scene.isCurve, lut, low, high);
    });
  }

  /** Draw the pictures with their frames (dashed: frozen), and a bar for each bias. */
  private drawUnits(context: CanvasRenderingContext2D, layout: Layout, palette: Palette): void {
    const { session } = this;
    const { tile } = layout;
    const round = Math.min(6, tile / 4);
    layout.columns.forEach((column, c) => {
      const isOutput = c === layout.columns.length - 1;
      const first = c === 0 ? null : session.indexOf({ layer: c - 1, unit: 0, from: null });
      let most = 1e-12;
      if (first !== null) for (let k = 0; k < column.y.length; k++) most = Math.max(most, Math.abs(session.theta[first + k]!));
      column.y.forEach((y, k) => {
        const left = column.x - tile / 2, top = y - tile / 2;
        context.save();
        context.beginPath();
        context.roundRect(left, top, tile, tile, round);
        context.clip();
        this.pictures.draw(context, this.tiles[c]![k]!.slot, left, top, tile);
        context.restore();
        context.setLineDash(first !== null && session.isFrozen(first + k) ? [4, 3] : []);
        context.strokeStyle = palette.ink;
        context.lineWidth = isOutput ? 2.4 : 1.3;
        context.beginPath();
        context.roundRect(left, top, tile, tile, round);
        context.stroke();
        if (first === null) return;
        const value = session.theta[first + k]!, height = Math.max(2, (Math.abs(value) / most) * tile * 0.86);
        context.fillStyle = value < 0 ? palette.negative : palette.positive;
        context.beginPath();
        context.roundRect(left - 6, top + tile - 2 - height, 4, height, 2);
        context.fill();
      });
    });
    context.setLineDash([]);
  }

  private drawEdges(context: CanvasRenderingContext2D, layout: Layout, palette: Palette, selected: Edge | null): void {
    const { session } = this;
    context.lineCap = "butt";
    for (let layer = 0; layer + 1 < layout.columns.length; layer++) {
      const nFrom = layout.columns[layer]!.y.length, nTo = layout.columns[layer + 1]!.y.length;
      const base = session.indexOf({ layer, unit: 0, from: 0 })!;
      let most = 1e-12;
      for (let k = 0; k < nFrom * nTo; k++) most = Math.max(most, Math.abs(session.theta[base + k]!));
      for (let from = 0; from < nFrom; from++)
        for (let unit = 0; unit < nTo; unit++) {
          const value = session.theta[base + from * nTo + unit]!;
          const strength = Math.abs(value) / most;
          const isSelected = selected !== null && selected.layer === layer && selected.from === from && selected.unit === unit;
          const { x0, y0, x1, y1, middle } = ends(layout, { layer, from, unit });
          context.beginPath();
          context.moveTo(x0, y0);
          context.bezierCurveTo(middle, y0, middle, y1, x1, y1);
          context.strokeStyle = value < 0 ? palette.negative : palette.positive;
          context.setLineDash(value < 0 ? [7, 3] : []);
          context.globalAlpha = isSelected ? 1 : 0.2 + 0.72 * strength;
          context.lineWidth = (0.7 + 4 * strength) * (isSelected ? 1.3 : 1) + (isSelected ? 1.5 : 0);
          context.stroke();
        }
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  // ------------------------------------------------------------ dragging

  private listen(): void {
    const { stage } = this;
    const place = (event: { clientX: number; clientY: number }) => {
      const box = stage.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top] as const;
    };
    const find = (event: { clientX: number; clientY: number }, reach: number) => {
      const [x, y] = place(event);
      return this.layout ? edgeAt(this.layout, x, y, reach) : null;
    };
    const isFree = (event: Event) => event.target === this.canvas || event.target === stage;
    stage.addEventListener("pointermove", (event) => {
      if (this.dragged) return this.drag(event, place(event));
      if (event.pointerType === "touch") return;
      this.hovered = isFree(event) ? find(event, 7) : null;
      stage.style.cursor = this.hovered ? "ns-resize" : "";
      this.label(this.hovered, place(event));
    });
    stage.addEventListener("pointerleave", () => { if (!this.dragged) { this.hovered = null; this.label(null, [0, 0]); } });
    stage.addEventListener("pointerdown", (event) => {
      const edge = isFree(event) && event.button === 0 ? find(event, event.pointerType === "touch" ? 14 : 7) : null;
      const index = edge && this.session.indexOf({ layer: edge.layer, unit: edge.unit, from: edge.from });
      if (!edge || index === null) return;
      this.dragged = { edge, index, y: event.clientY, hasMoved: false };
      stage.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    const end = () => {
      this.dragged = null;
      this.label(null, [0, 0]);
    };
    stage.addEventListener("pointerup", end);
    stage.addEventListener("pointercancel", end);
    // A finger on an edge drags the edge; elsewhere it scrolls.
    stage.addEventListener("touchstart", (event) => {
      const touch = event.touches[0];
      if (touch && isFree(event) && find(touch, 14)) event.preventDefault();
    }, { passive: false });
  }

  private drag(event: PointerEvent, at: readonly [number, number]): void {
    const { dragged } = this;
    if (!dragged) return;
    const step = -(event.clientY - dragged.y) * (event.shiftKey ? 0.002 : 0.02);
    dragged.y = event.clientY;
    if (step) {
      this.session.edit(dragged.index, this.session.theta[dragged.index]! + step, dragged.hasMoved);
      dragged.hasMoved = true;
    }
    this.label(dragged.edge, at);
  }

  private label(edge: Edge | null, [x, y]: readonly [number, number]): void {
    this.tag.hidden = edge === null;
    if (!edge) return;
    const index = this.session.indexOf({ layer: edge.layer, unit: edge.unit, from: edge.from });
    this.tag.textContent = index === null ? "" : this.hooks.weight(this.session.theta[index]!);
    Object.assign(this.tag.style, { left: `${x}px`, top: `${y}px` });
  }
}

function label(className: string, text: string): HTMLElement {
  return Object.assign(document.createElement("span"), { className, textContent: text, title: text });
}

function extent(values: Float64Array): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
