/** The network: a picture in every unit, edges with sign and width, biases; an edge can be dragged. */

import type { Session } from "../state/types";
import type { Edge, Layout } from "./layout";
import { edgeAt, ends, layoutOf } from "./layout";
import type { Palette } from "./palette";
import { Raster, fitted, largest } from "./raster";
import type { Scene } from "./scene";
import { gridOf } from "./scene";
import { networkSvg } from "./svg";

const TILE_CELLS = 30;
const MANY_EDGES = 700; // from here on edges are painted in every sixth frame of a run

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
  readonly raster: Raster;
  readonly bias: HTMLElement | null;
}

export class NetworkView {
  private readonly edges: HTMLCanvasElement;
  private readonly tag: HTMLElement;
  private tiles: Tile[][] = [];
  private built = "";
  private painted = "";
  private paintedInputs = "";
  private frame = 0;
  private layout: Layout | null = null;
  private hovered: Edge | null = null;
  private dragged: { edge: Edge; index: number; y: number; hasMoved: boolean } | null = null;
  private width = 0;
  private height = 0;

  constructor(private readonly stage: HTMLElement, private readonly session: Session, private readonly hooks: NetworkHooks) {
    this.edges = stage.appendChild(document.createElement("canvas"));
    this.edges.setAttribute("aria-hidden", "true");
    this.tag = stage.appendChild(Object.assign(document.createElement("div"), { className: "tag", hidden: true }));
    new ResizeObserver(() => this.measure()).observe(stage);
    this.measure();
    this.listen();
  }

  private measure(): void {
    this.width = this.stage.clientWidth;
    this.height = this.stage.clientHeight;
  }

  update(scene: Scene, palette: Palette): void {
    if (this.width < 40 || this.height < 40) return;
    this.build(scene);
    const { session } = this;
    const layout = this.layout!;
    const look = `${this.built} ${palette.dark}`;
    const planeKey = `${look} ${scene.labelA} ${scene.labelB} ${scene.a} ${scene.b} ${scene.plane.origin.join(",")}`;
    if (planeKey !== this.paintedInputs) { this.paintedInputs = planeKey; this.paintInputs(scene, palette); }
    const edge = this.dragged?.edge ?? this.hovered;
    const key = `${session.version} ${planeKey} ${edge ? `${edge.layer} ${edge.from} ${edge.unit}` : ""} ${session.doc.training.frozen.length}`;
    if (key === this.painted) return;
    this.painted = key;
    this.frame++;
    this.paintTiles(scene, palette);
    const many = layout.columns.slice(1).reduce((sum, column, k) => sum + column.y.length * layout.columns[k]!.y.length, 0) > MANY_EDGES;
    if (!many || session.status !== "playing" || this.frame % 6 === 1) this.paintEdges(layout, palette, edge);
  }

  /** The network as it is on the stage, as SVG. */
  svg(palette: Palette): string {
    return networkSvg(this.session, this.layout!, this.width, this.height, this.tiles.map((column) => column.map(({ raster }) => raster.canvas.toDataURL())), palette);
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
    this.tiles = layout.columns.map((column, k) => column.y.map((y, unit) => this.tile(layout, k, unit, column.x, y)));
    this.hooks.layout(layout, this.width);
    if (focused) this.stage.querySelector<HTMLElement>(`[data-unit="${focused}"]`)?.focus();
  }

  private tile(layout: Layout, column: number, unit: number, x: number, y: number): Tile {
    const isInput = column === 0, isOutput = column === layout.columns.length - 1;
    const button = document.createElement(isInput ? "div" : "button");
    button.className = `unit${isOutput ? " last" : ""}`;
    const half = layout.tile / 2;
    Object.assign(button.style, { left: `${x - half}px`, top: `${y - half}px`, width: `${layout.tile}px`, height: `${layout.tile}px` });
    const canvas = button.appendChild(document.createElement("canvas"));
    let bias: HTMLElement | null = null;
    if (isInput) {
      button.append(label("name", this.hooks.nameInput(unit)));
      if (unit === layout.columns[0]!.y.length - 1 && layout.columns[0]!.more) button.title = `+ ${layout.columns[0]!.more}`;
    } else {
      button.dataset["unit"] = `${column - 1},${unit}`;
      button.setAttribute("aria-label", this.hooks.nameUnit(column - 1, unit));
      button.addEventListener("click", () => this.hooks.unit(column - 1, unit));
      bias = button.appendChild(Object.assign(document.createElement("span"), { className: "bias" }));
      if (isOutput && layout.columns[column]!.y.length > 1) button.append(label("name after", this.hooks.nameOutput(unit)));
    }
    this.stage.append(button);
    return { button, raster: new Raster(canvas), bias };
  }

  // ------------------------------------------------------------ painting

  private paintInputs(scene: Scene, palette: Palette): void {
    const { origin, u, v } = scene.plane;
    const n = TILE_CELLS, nB = scene.isCurve ? 1 : n;
    const values = new Float64Array(n * nB);
    this.tiles[0]!.forEach((tile, k) => {
      for (let j = 0; j < nB; j++)
        for (let i = 0; i < n; i++) {
          const a = scene.a[0] + ((i + 0.5) / n) * (scene.a[1] - scene.a[0]);
          const b = scene.b[1] - ((j + 0.5) / nB) * (scene.b[1] - scene.b[0]);
          values[j * n + i] = origin[k]! + a * u[k]! + (v ? b * v[k]! : 0);
        }
      // An input that does not vary on the plane is shown by its size: 2 is far from the mean.
      const most = u[k] || v?.[k] ? largest(values) : Math.max(2, largest(values));
      tile.raster.paint(values, n, nB, palette.signed, -most, most);
    });
  }

  private paintTiles(scene: Scene, palette: Palette): void {
    const { session } = this;
    const { network, theta } = session;
    const values = session.grid(gridOf(scene, TILE_CELLS), true);
    values.units.forEach((layer, l) => {
      const bounded = network.layers[l]!.activation === "tanh" || network.layers[l]!.activation === "logistic";
      layer.forEach((unit, k) => {
        const most = bounded ? 1 : largest(unit);
        this.tiles[l + 1]?.[k]?.raster.paint(unit, values.nA, values.nB, palette.signed, -most, most);
      });
    });
    const outputs = this.tiles[this.tiles.length - 1]!;
    values.outputs.forEach((output, k) => {
      const tile = outputs[k];
      if (!tile) return;
      if (scene.dataset.task === "regression") tile.raster.paint(output, values.nA, values.nB, palette.sequential, ...extent(output));
      else if (outputs.length === 1) tile.raster.paint(output, values.nA, values.nB, palette.probability, 0, 1);
      else tile.raster.paint(output, values.nA, values.nB, palette.classTints[k % 10]!, 0, 1);
    });
    network.layers.forEach((layer, l) => {
      const first = session.indexOf({ layer: l, unit: 0, from: null });
      let most = 1e-12;
      if (first !== null) for (let k = 0; k < layer.units; k++) most = Math.max(most, Math.abs(theta[first + k]!));
      for (let k = 0; k < layer.units; k++) {
        const { bias, button } = this.tiles[l + 1]![k]!;
        const value = first === null ? 0 : theta[first + k]!;
        bias!.style.height = `${Math.round((Math.abs(value) / most) * this.layout!.tile * 0.86)}px`;
        bias!.style.background = value < 0 ? palette.negative : palette.positive;
        button.classList.toggle("frozen", first !== null && session.isFrozen(first + k));
      }
    });
  }

  private paintEdges(layout: Layout, palette: Palette, selected: Edge | null): void {
    const { session } = this;
    const { context } = fitted(this.edges, this.width, this.height);
    context.clearRect(0, 0, this.width, this.height);
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
    const isFree = (event: Event) => event.target === this.edges || event.target === stage;
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
