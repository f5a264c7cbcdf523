/** The boundary (of one input: the curve) with the rows on it. */

import type { GridValues } from "../core/types";
import type { Session } from "../state/types";
import { contour } from "./contour";
import { addMarker } from "./markers";
import type { Palette } from "./palette";
import { cssOf } from "./palette";
import { Raster, fitted } from "./raster";
import type { Scene } from "./scene";
import { gridOf } from "./scene";

const MOVING_CELLS = 100, STILL_CELLS = 200;
export const CURVE_LEVELS = [0, 0.5, 1];
const CHUNK = 400; // markers of one path: larger paths are slow to fill
const CHUNKS = 2; // paths a frame: thousands of points appear over several frames, and the page answers between them

export class BoundaryView {
  private readonly field: Raster;
  private readonly lines: HTMLCanvasElement;
  private readonly points: HTMLCanvasElement;
  private painted = "";
  private paintedPoints = "";
  /** Paths of points that are still to be painted. */
  private waiting: (() => void)[] = [];
  private width = 0;
  private height = 0;
  /** Range of the numbers that a regression's colours stand for. */
  range: readonly [number, number] = [0, 1];

  constructor(private readonly host: HTMLElement, private readonly session: Session) {
    const canvas = () => host.appendChild(Object.assign(document.createElement("canvas"), { ariaHidden: "true" }));
    this.field = new Raster(canvas());
    this.lines = canvas();
    this.points = canvas();
    const observer = new ResizeObserver(() => this.measure());
    observer.observe(host);
    this.measure();
  }

  private measure(): void {
    this.width = this.host.clientWidth;
    this.height = this.host.clientHeight;
  }

  /** Paint what has changed. `showHeldOut` is the view's choice; `cells` may force the finer grid of a still picture. */
  update(scene: Scene, palette: Palette): void {
    const { session } = this;
    if (!this.width || !this.height) return;
    const moving = session.status === "playing" || session.status === "moving";
    const cells = moving ? MOVING_CELLS : STILL_CELLS;
    const look = `${sceneKey(scene)} ${palette.dark} ${this.width} ${this.height}`;
    const key = `${session.version} ${cells} ${look}`;
    if (key !== this.painted) {
      this.painted = key;
      const values = session.grid(gridOf(scene, scene.isCurve ? Math.min(400, Math.max(100, Math.round(this.width))) : cells), false);
      if (scene.isCurve) this.paintCurve(scene, values, palette);
      else this.paintField(scene, values, palette);
    }
    const pointsKey = `${look} ${session.doc.view.showHeldOut}`;
    if (pointsKey !== this.paintedPoints) {
      this.paintedPoints = pointsKey;
      this.planPoints(scene, palette);
    }
    for (const paint of this.waiting.splice(0, CHUNKS)) paint();
  }

  /** Return the coordinates on the plane of a place on the screen. */
  coordinates(scene: Scene, clientX: number, clientY: number): [number, number] {
    const box = this.host.getBoundingClientRect();
    const s = (clientX - box.left) / box.width, t = (clientY - box.top) / box.height;
    return [scene.a[0] + s * (scene.a[1] - scene.a[0]), scene.b[1] - t * (scene.b[1] - scene.b[0])];
  }

  /** The coloured ground as an address. */
  get fieldUrl(): string {
    return this.field.canvas.toDataURL();
  }

  /** Draw the line of one half, or those between the likeliest classes: `draw` gets the distance of each cell from a level. */
  contours({ outputs }: GridValues, draw: (at: (i: number) => number) => void): void {
    if (outputs.length === 1) {
      const p = outputs[0]!;
      draw((i) => p[i]! - 0.5);
    } else
      outputs.forEach((own, k) => draw((i) => {
        let rival = -Infinity;
        for (let other = 0; other < outputs.length; other++) if (other !== k && outputs[other]![i]! > rival) rival = outputs[other]![i]!;
        return own[i]! - rival;
      }));
  }

  private paintField(scene: Scene, values: GridValues, palette: Palette): void {
    const { nA, nB, outputs } = values;
    const isRegression = scene.dataset.task === "regression";
    if (isRegression) {
      this.range = targetRange(scene);
      this.field.paint(outputs[0]!, nA, nB, palette.sequential, ...this.range);
    } else if (outputs.length === 1) this.field.paint(outputs[0]!, nA, nB, palette.probability, 0, 1);
    else this.field.paintClasses(outputs, nA, nB, palette.classTints);
    const { context } = fitted(this.lines, this.width, this.height);
    this.lines.style.zIndex = "";
    context.clearRect(0, 0, this.width, this.height);
    if (isRegression) return;
    const path = new Path2D();
    const sx = this.width / nA, sy = this.height / nB;
    const pen = { moveTo: (x: number, y: number) => path.moveTo(x * sx, y * sy), lineTo: (x: number, y: number) => path.lineTo(x * sx, y * sy) };
    this.contours(values, (at) => contour(at, nA, nB, pen));
    context.strokeStyle = palette.ink;
    context.lineWidth = this.width > 500 ? 3 : 2.6;
    context.lineCap = context.lineJoin = "round";
    context.stroke(path);
  }

  private paintCurve(scene: Scene, values: GridValues, palette: Palette): void {
    const { width, height } = this;
    const { nA, outputs } = values;
    const ground = new Float64Array(1);
    this.field.paint(ground, 1, 1, palette.signed, -1, 1);
    const { context } = fitted(this.lines, width, height);
    this.lines.style.zIndex = "1"; // a curve lies above its points
    context.clearRect(0, 0, width, height);
    const y = (value: number) => ((scene.b[1] - value) / (scene.b[1] - scene.b[0])) * height;
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    for (const level of scene.dataset.task === "regression" ? [] : CURVE_LEVELS) {
      context.setLineDash(level === 0.5 ? [4, 4] : []);
      context.beginPath();
      context.moveTo(0, y(level));
      context.lineTo(width, y(level));
      context.stroke();
    }
    context.setLineDash([]);
    const several = outputs.length > 1;
    outputs.forEach((output, k) => {
      context.beginPath();
      for (let i = 0; i < nA; i++) context.lineTo(((i + 0.5) / nA) * width, y(output[i]! * (several ? Math.max(1, outputs.length - 1) : 1)));
      context.strokeStyle = several ? palette.classes[k % 10]! : palette.ink;
      context.lineWidth = 2.6;
      context.lineJoin = "round";
      context.stroke();
    });
  }

  private planPoints(scene: Scene, palette: Palette): void {
    const { width, height } = this;
    const { dataset, a, b, rowA, rowB } = scene;
    const { context } = fitted(this.points, width, height);
    context.clearRect(0, 0, width, height);
    const sx = width / (a[1] - a[0]), sy = height / (b[1] - b[0]);
    const size = markerSize(dataset.nRows, width);
    this.waiting = groupsOf(this.session, scene, palette).flatMap(({ color, code, held, rows }) =>
      Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, chunk) => () => {
        const from = chunk * CHUNK;
        context.beginPath();
        for (const i of rows.slice(from, from + CHUNK)) addMarker(context, code, (rowA[i]! - a[0]) * sx, (b[1] - rowB[i]!) * sy, held ? size * 1.06 : size);
        context.lineJoin = "round";
        if (held) {
          context.fillStyle = palette.halo;
          context.strokeStyle = color;
          context.lineWidth = size * 0.46;
          context.fill();
          context.stroke();
        } else {
          context.strokeStyle = palette.halo;
          context.lineWidth = size * 0.5;
          context.stroke();
          context.fillStyle = color;
          context.fill();
        }
      }),
    );
  }
}

/** Points of one look. */
interface Group {
  readonly color: string;
  readonly code: number;
  readonly held: boolean;
  readonly rows: number[];
}

export function markerSize(nRows: number, width: number): number {
  return Math.max(0.55, Math.min(1, Math.sqrt(260 / nRows))) * Math.max(2.6, Math.min(6, width / 96));
}

/** Return the points by their look; those held back last, as they are hollow and lie above the others. */
export function groupsOf(session: Session, scene: Scene, palette: Palette): Group[] {
  const { dataset } = scene;
  const isRegression = dataset.task === "regression";
  const [low, high] = targetRange(scene);
  const groups = new Map<string, Group>();
  for (let i = 0; i < dataset.nRows; i++) {
    const held = dataset.isHeldOut[i] === 1;
    if (held && !session.doc.view.showHeldOut) continue;
    const code = isRegression ? 0 : dataset.targets[i]!;
    const level = isRegression && !scene.isCurve ? Math.round(((dataset.targets[i]! - low) / (high - low || 1)) * 24) : 0;
    const key = `${code} ${held} ${level}`;
    let group = groups.get(key);
    if (!group) {
      const color = !isRegression || scene.isCurve ? palette.classes[code % 10]! : cssOf(palette.sequential, level / 24);
      groups.set(key, (group = { color, code, held, rows: [] }));
    }
    group.rows.push(i);
  }
  return [...groups.values()].sort((one, other) => Number(one.held) - Number(other.held));
}

function sceneKey(scene: Scene): string {
  return `${scene.dataset.key} ${scene.labelA} ${scene.labelB} ${scene.a} ${scene.b} ${scene.plane.origin.length > 2 ? scene.plane.origin.join(",") : ""}`;
}

function targetRange(scene: Scene): readonly [number, number] {
  let low = Infinity, high = -Infinity;
  for (const value of scene.dataset.targets) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high > low ? [low, high] : [low - 1, low + 1];
}
