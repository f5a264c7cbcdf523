/** The network: a picture in every unit, edges with sign and width, biases; an edge can be dragged. */

import { inputsOf } from "../core/grid";
import type { Session } from "../state/types";
import { add, put, sizeOf } from "./element";
import { edgeAt, ends, layoutOf, type Edge, type Layout } from "./layout";
import type { Palette } from "./palette";
import { atlasOf, fitted, largest, limitsOf, type Atlas } from "./raster";
import { gridOf, planeKey, type Scene } from "./scene";
import { svgOf, type Pen } from "./svg";

const TILE_CELLS = 30;
const MANY_EDGES = 700;
const NARROW = 480; // pixels
const LETTER = 8, GAP = 12; // pixels of a name, and beside it
const LOW = 28; // pixels: names beside lower units have one line, and small letters
const FINGER = 14, POINTER = 7; // pixels from an edge

/** What the network needs of the panels around it. */
export interface NetworkHooks {
  unit(layer: number, unit: number): void;
  layout(layout: Layout, width: number): void;
  /** Names: of a unit's button, of a weight, of an input or output. */
  nameUnit(layer: number, unit: number): string;
  nameInput(input: number): string;
  nameOutput(output: number): string;
  weight(value: number): string;
}

export interface NetworkView {
  /** Paint what has changed; while it plays in every fourth frame, a large network in every eighth. */
  update(scene: Scene, palette: Palette, frame: number): void;
  /** The network as it is on the stage. */
  svg(palette: Palette): string;
}

interface Dragged {
  readonly edge: Edge;
  readonly index: number;
  y: number;
  hasMoved: boolean;
}

export function networkView(stage: HTMLElement, session: Session, hooks: NetworkHooks): NetworkView {
  const canvas = add(stage, "canvas"), tag = add(stage, "div", "tag");
  const pictures = atlasOf(TILE_CELLS), size = sizeOf(stage);
  let layout: Layout | null = null;
  let tiles: HTMLElement[] = [];
  let built = "", painted = "", paintedInputs = "";
  let hovered: Edge | null = null, dragged: Dragged | null = null;
  tag.hidden = true;

  const build = (scene: Scene) => {
    const { network } = session, { width, height } = size;
    const key = `${network.nIn} ${network.layers.map(({ units }) => units)} ${width} ${height} ${scene.dataset.key}`;
    if (key === built) return;
    built = key;
    hovered = null;
    const outputs = network.layers[network.layers.length - 1]!.units, isNarrow = width < NARROW;
    /** Return the room that names need, within bounds. */
    const room = (count: number, nameOf: (place: number) => string, least: number) =>
      Math.min(width / 4.2, Math.max(least, ...Array.from({ length: count }, (_, k) => LETTER * nameOf(k).length + GAP)));
    layout = layoutOf(network, width, height, room(network.nIn, hooks.nameInput, isNarrow ? 44 : 74), outputs > 1 ? room(outputs, hooks.nameOutput, isNarrow ? 44 : 64) : 6);
    const focused = document.activeElement?.getAttribute("data-unit");
    for (const tile of tiles) tile.remove();
    tiles = layout.columns.flatMap((column, k) => column.y.map((y, unit) => tileOf(layout!, k, unit, y)));
    pictures.reserve(tiles.length);
    paintedInputs = painted = "";
    hooks.layout(layout, width);
    if (focused) stage.querySelector<HTMLElement>(`[data-unit="${focused}"]`)?.focus();
  };

  /** Of an input its name; of another unit a button, at the place of its picture. */
  const tileOf = ({ columns, tile }: Layout, column: number, unit: number, y: number) => {
    const { x, more } = columns[column]!, last = columns.length - 1;
    const element = stage.appendChild(document.createElement(column ? "button" : "div"));
    element.className = "unit";
    put(element, { left: x - tile / 2, top: y - tile / 2, width: tile, height: tile });
    const label = (className: string, text: string) => {
      const made = add(element, "span", className, text);
      made.title = text;
      made.classList.toggle("low", tile < LOW);
      put(made, { "max-width": (column ? size.width - x : x) - tile / 2 - 7 });
    };
    if (more && unit === columns[column]!.y.length - 1) label("rest", `+ ${more}`);
    if (column === 0) {
      label("name", hooks.nameInput(unit));
      return element;
    }
    element.setAttribute("data-unit", `${column - 1},${unit}`);
    element.setAttribute("aria-label", hooks.nameUnit(column - 1, unit));
    element.onclick = () => hooks.unit(column - 1, unit);
    if (column === last && columns[column]!.y.length > 1) label("name after", hooks.nameOutput(unit));
    return element;
  };

  const draw = (pen: Pen, palette: Palette, edge: Edge | null) => {
    drawEdges(pen, session, layout!, palette, edge);
    drawUnits(pen, session, layout!, palette, pictures);
  };

  const label = (edge: Edge | null, left = 0, top = 0) => {
    tag.hidden = !edge;
    if (!edge) return;
    tag.textContent = hooks.weight(session.theta[session.indexOf(edge)!]!);
    put(tag, { left, top });
  };

  const place = (event: { clientX: number; clientY: number }) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top] as const;
  };
  /** Return the edge at the pointer, where no unit is. */
  const find = (event: Event & { target: unknown }, at: { clientX: number; clientY: number }, reach: number) =>
    layout && (event.target === canvas || event.target === stage) ? edgeAt(layout, ...place(at), reach) : null;
  const end = () => {
    dragged = hovered = null;
    label(null);
  };
  stage.addEventListener("pointermove", (event) => {
    if (dragged) {
      const step = (dragged.y - event.clientY) * (event.shiftKey ? 0.002 : 0.02);
      dragged.y = event.clientY;
      if (step) {
        session.edit(dragged.index, session.theta[dragged.index]! + step, dragged.hasMoved);
        dragged.hasMoved = true;
      }
    } else if (event.pointerType === "touch") return;
    else hovered = find(event, event, POINTER);
    stage.style.cursor = hovered ? "ns-resize" : "";
    label(dragged?.edge ?? hovered, ...place(event));
  });
  stage.addEventListener("pointerdown", (event) => {
    const edge = event.button ? null : find(event, event, event.pointerType === "touch" ? FINGER : POINTER);
    if (!edge) return;
    dragged = { edge, index: session.indexOf(edge)!, y: event.clientY, hasMoved: false };
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  stage.addEventListener("pointerleave", () => { if (!dragged) end(); });
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);
  // A finger on an edge drags the edge; elsewhere it scrolls.
  stage.addEventListener("touchstart", (event) => {
    const touch = event.touches[0];
    if (touch && find(event, touch, FINGER)) event.preventDefault();
  }, { passive: false });

  return {
    update(scene, palette, frame) {
      const { width, height } = size;
      if (width < 40 || height < 40) return;
      build(scene);
      const edge = dragged?.edge ?? hovered;
      const look = `${built} ${palette.dark} ${planeKey(scene)}`;
      const key = `${session.version} ${look} ${edge && [edge.layer, edge.from, edge.unit]} ${session.doc.training.frozen.length}`;
      // A new layout is painted at once: the names, which are elements, stand at its places already.
      if (key === painted || (painted && session.status === "playing" && frame % (nEdges(layout!) > MANY_EDGES ? 8 : 4))) return;
      painted = key;
      if (look !== paintedInputs) paintInputs(pictures, layout!, scene, palette);
      paintedInputs = look;
      paintUnits(pictures, layout!, session, scene, palette);
      draw(fitted(canvas, width, height), palette, edge);
    },
    svg: (palette) => svgOf([0, 0, size.width, size.height], palette.panel, (pen) => draw(pen, palette, null)),
  };
}

function nEdges({ columns }: Layout): number {
  return columns.slice(1).reduce((sum, { y }, k) => sum + y.length * columns[k]!.y.length, 0);
}

// ------------------------------------------------------------ pictures of the units

function paintInputs(pictures: Atlas, { columns }: Layout, scene: Scene, palette: Palette): void {
  const n = TILE_CELLS * TILE_CELLS, values = inputsOf({ ...gridOf(scene, TILE_CELLS), nB: TILE_CELLS });
  columns[0]!.y.forEach((_, k) => {
    const picture = values.subarray(k * n, (k + 1) * n);
    // An input that does not vary on the plane is shown by its size: 2 is far from the mean.
    const [low, high] = limitsOf(picture), most = high > low ? largest(picture) : Math.max(2, largest(picture));
    pictures.paint(k, picture, false, palette.signed, -most, most);
  });
}

function paintUnits(pictures: Atlas, { columns }: Layout, session: Session, scene: Scene, palette: Palette): void {
  const { units, outputs } = session.grid(gridOf(scene, TILE_CELLS), true);
  let slot = columns[0]!.y.length;
  units.forEach((layer, l) => {
    const { activation } = session.network.layers[l]!;
    for (const unit of layer.slice(0, columns[l + 1]!.y.length)) {
      const most = activation === "tanh" || activation === "logistic" ? 1 : largest(unit);
      pictures.paint(slot++, unit, scene.isCurve, palette.signed, -most, most);
    }
  });
  outputs.forEach((output, k) => {
    const lut = scene.isRegression ? palette.sequential : outputs.length === 1 ? palette.probability : palette.classTints[k % 10]!;
    const [low, high] = scene.isRegression ? limitsOf(output) : [0, 1];
    pictures.paint(slot++, output, scene.isCurve, lut, low, high);
  });
}

/** Draw the pictures with their frames (dashed: frozen), and a bar for each bias. */
function drawUnits(pen: Pen, session: Session, { tile, columns }: Layout, palette: Palette, pictures: Atlas): void {
  const round = Math.min(6, tile / 4);
  let slot = 0;
  columns.forEach(({ x, y }, c) => {
    const first = c ? session.indexOf({ layer: c - 1, unit: 0, from: null }) : null;
    const biases = first === null ? null : session.theta.subarray(first, first + y.length);
    const most = biases && largest(biases);
    y.forEach((middle, k) => {
      const left = x - tile / 2, top = middle - tile / 2;
      pen.save();
      pen.beginPath();
      pen.roundRect(left, top, tile, tile, round);
      pen.clip();
      pictures.draw(pen, slot++, left, top, tile);
      pen.restore();
      pen.setLineDash(biases && session.isFrozen(first! + k) ? [4, 3] : []);
      pen.strokeStyle = palette.ink;
      pen.lineWidth = c === columns.length - 1 ? 2.4 : 1.3;
      pen.stroke();
      if (!biases) return;
      const value = biases[k]!, height = Math.max(2, (Math.abs(value) / most!) * tile * 0.86);
      pen.fillStyle = value < 0 ? palette.negative : palette.positive;
      pen.beginPath();
      pen.roundRect(left - 6, top + tile - 2 - height, 4, height, 2);
      pen.fill();
    });
  });
  pen.setLineDash([]);
}

function drawEdges(pen: Pen, session: Session, layout: Layout, palette: Palette, selected: Edge | null): void {
  pen.lineCap = "butt";
  for (let layer = 0; layer + 1 < layout.columns.length; layer++) {
    const nFrom = layout.columns[layer]!.y.length, nTo = layout.columns[layer + 1]!.y.length;
    const base = session.indexOf({ layer, unit: 0, from: 0 })!;
    const nUnits = session.network.layers[layer]!.units;
    const weights = session.theta.subarray(base, base + nFrom * nUnits), most = largest(weights);
    weights.forEach((value, k) => {
      const unit = k % nUnits, from = (k - unit) / nUnits;
      if (unit >= nTo) return;
      const strength = Math.abs(value) / most;
      const isSelected = selected?.layer === layer && selected.from === from && selected.unit === unit;
      const { x0, y0, x1, y1, middle } = ends(layout, { layer, from, unit });
      pen.beginPath();
      pen.moveTo(x0, y0);
      pen.bezierCurveTo(middle, y0, middle, y1, x1, y1);
      pen.strokeStyle = value < 0 ? palette.negative : palette.positive;
      pen.setLineDash(value < 0 ? [7, 3] : []);
      pen.globalAlpha = isSelected ? 1 : 0.2 + 0.72 * strength;
      pen.lineWidth = (0.7 + 4 * strength) * (isSelected ? 1.3 : 1) + (isSelected ? 1.5 : 0);
      pen.stroke();
    });
  }
  pen.globalAlpha = 1;
  pen.setLineDash([]);
}
