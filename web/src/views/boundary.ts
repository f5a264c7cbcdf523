/** The boundary (of one input: the curve) with the rows on it. */

import type { GridValues } from "../core/types";
import type { Session } from "../state/types";
import { contour } from "./contour";
import { add, sizeOf } from "./element";
import { addMarker } from "./markers";
import { cssOf, type Palette } from "./palette";
import { fitted, limitsOf, rasterOf } from "./raster";
import { gridOf, planeKey, type Scene } from "./scene";
import { svgOf, type Pen } from "./svg";

const MOVING_CELLS = 100, STILL_CELLS = 200;
const MOVING_WORK = 3e7, STILL_WORK = 8e7; // cells times parameters: of a large network fewer cells
const CURVE_LEVELS = [0, 0.5, 1];
const CHUNK = 400; // markers of one path: larger paths are slow to fill
const CHUNKS = 2; // paths a frame: thousands of points appear over several frames, and the page answers between them
const SIDE = 640; // of a picture

export interface BoundaryView {
  /** Paint what has changed. */
  update(scene: Scene, palette: Palette): void;
  /** Return the coordinates on the plane of a place on the screen. */
  coordinates(scene: Scene, clientX: number, clientY: number): [number, number];
  svg(scene: Scene, palette: Palette): string;
}

export function boundaryView(host: HTMLElement, session: Session): BoundaryView {
  const ground = add(host, "canvas"), lines = add(host, "canvas"), points = add(host, "canvas");
  const field = rasterOf(ground), size = sizeOf(host);
  let painted = "", paintedLook = "", paintedPoints = "";
  let waiting: (() => void)[] = [];

  const valuesOf = (scene: Scene, cells: number) => session.grid(gridOf(scene, scene.isCurve ? Math.min(400, Math.max(100, Math.round(size.width))) : cells), false);

  const paintField = (scene: Scene, { nA, nB, outputs }: GridValues, palette: Palette) => {
    if (scene.isCurve) field.paint(new Float64Array(1), 1, 1, palette.signed, -1, 1);
    else if (scene.isRegression) field.paint(outputs[0]!, nA, nB, palette.sequential, ...targetRange(scene));
    else if (outputs.length === 1) field.paint(outputs[0]!, nA, nB, palette.probability, 0, 1);
    else field.paintClasses(outputs, nA, nB, palette.classTints);
  };

  return {
    update(scene, palette) {
      const { width, height } = size;
      if (!width || !height) return;
      const look = `${planeKey(scene)} ${palette.dark} ${width} ${height}`;
      // What is new of many rows is painted coarsely at first, its points in the next frames.
      const isNew = scene.isLarge && look !== paintedLook;
      paintedLook = look;
      const cells = finest(session, isNew || session.status === "playing" || session.status === "moving");
      const key = `${session.version} ${cells} ${look}`;
      if (key !== painted) {
        painted = key;
        const values = valuesOf(scene, cells);
        paintField(scene, values, palette);
        lines.style.zIndex = scene.isCurve ? "1" : ""; // a curve lies above its points
        drawLines(fitted(lines, width, height), scene, values, palette, width, height);
      }
      const pointsKey = `${look} ${session.doc.view.showHeldOut}`;
      if (pointsKey !== paintedPoints) {
        paintedPoints = pointsKey;
        waiting = pathsOf(fitted(points, width, height), session, scene, palette, width, height);
      }
      else for (const paint of waiting.splice(0, CHUNKS)) paint();
    },
    coordinates(scene, clientX, clientY) {
      const box = host.getBoundingClientRect();
      const s = (clientX - box.left) / box.width, t = (clientY - box.top) / box.height;
      return [scene.a[0] + s * (scene.a[1] - scene.a[0]), scene.b[1] - t * (scene.b[1] - scene.b[0])];
    },
    svg: (scene, palette) => svgOf([0, 0, SIDE, SIDE], palette.panel, (pen) => {
      const values = valuesOf(scene, finest(session, false));
      paintField(scene, values, palette);
      painted = "";
      pen.drawImage(ground, 0, 0, ground.width, ground.height, 0, 0, SIDE, SIDE);
      const drawn = () => drawLines(pen, scene, values, palette, SIDE, SIDE);
      if (!scene.isCurve) drawn();
      for (const paint of pathsOf(pen, session, scene, palette, SIDE, SIDE)) paint();
      if (scene.isCurve) drawn();
    }),
  };
}

function finest(session: Session, moving: boolean): number {
  const most = Math.sqrt((moving ? MOVING_WORK : STILL_WORK) / session.theta.length);
  return Math.max(24, Math.min(moving ? MOVING_CELLS : STILL_CELLS, Math.floor(most)));
}

/** Draw the line of one half, or those between the likeliest classes; of one input, the curves. */
function drawLines(pen: Pen, scene: Scene, values: GridValues, palette: Palette, width: number, height: number): void {
  const { nA, nB, outputs } = values;
  const line = (color: string, lineWidth: number) => {
    pen.strokeStyle = color;
    pen.lineWidth = lineWidth;
    pen.lineCap = pen.lineJoin = "round";
    pen.stroke();
  };
  if (scene.isCurve) {
    const y = (value: number) => ((scene.b[1] - value) / (scene.b[1] - scene.b[0])) * height;
    for (const level of scene.isRegression ? [] : CURVE_LEVELS) {
      pen.setLineDash(level === 0.5 ? [4, 4] : []);
      pen.beginPath();
      pen.moveTo(0, y(level));
      pen.lineTo(width, y(level));
      line(palette.line, 1);
    }
    pen.setLineDash([]);
    const most = Math.max(1, outputs.length - 1);
    outputs.forEach((output, k) => {
      pen.beginPath();
      for (let i = 0; i < nA; i++) pen.lineTo(((i + 0.5) / nA) * width, y(output[i]! * most));
      line(outputs.length > 1 ? palette.classes[k % 10]! : palette.ink, 2.6);
    });
  } else if (!scene.isRegression) {
    pen.beginPath();
    const sx = width / nA, sy = height / nB;
    outputs.forEach((own, k) => contour((i) => {
      if (outputs.length === 1) return own[i]! - 0.5;
      let rival = -Infinity;
      for (let other = 0; other < outputs.length; other++) if (other !== k && outputs[other]![i]! > rival) rival = outputs[other]![i]!;
      return own[i]! - rival;
    }, nA, nB, (x0, y0, x1, y1) => { pen.moveTo(x0 * sx, y0 * sy); pen.lineTo(x1 * sx, y1 * sy); }));
    line(palette.ink, width > 500 ? 3 : 2.6);
  }
}

/** Return what draws the points, in pieces; those held back last, as they are hollow and lie above the others. */
function pathsOf(pen: Pen, session: Session, scene: Scene, palette: Palette, width: number, height: number): (() => void)[] {
  const { dataset, a, b, rowA, rowB } = scene;
  const sx = width / (a[1] - a[0]), sy = height / (b[1] - b[0]);
  const size = Math.max(0.55, Math.min(1, Math.sqrt(260 / dataset.nRows))) * Math.max(2.6, Math.min(6, width / 96));
  return groupsOf(session, scene, palette).flatMap(({ color, code, held, rows }) =>
    Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, chunk) => () => {
      pen.beginPath();
      for (const i of rows.slice(chunk * CHUNK, (chunk + 1) * CHUNK)) addMarker(pen, code, (rowA[i]! - a[0]) * sx, (b[1] - rowB[i]!) * sy, held ? size * 1.06 : size);
      pen.lineJoin = "round";
      pen.fillStyle = held ? palette.halo : color;
      pen.strokeStyle = held ? color : palette.halo;
      pen.lineWidth = size * (held ? 0.46 : 0.5);
      if (held) pen.fill();
      pen.stroke();
      if (!held) pen.fill();
    }),
  );
}

/** Points of one look. */
interface Group {
  readonly color: string;
  readonly code: number;
  readonly held: boolean;
  readonly rows: number[];
}

function groupsOf(session: Session, scene: Scene, palette: Palette): Group[] {
  const { dataset, isRegression, isCurve } = scene;
  const [low, high] = targetRange(scene);
  const groups = new Map<string, Group>();
  for (let i = 0; i < dataset.nRows; i++) {
    const held = dataset.isHeldOut[i] === 1;
    if (held && !session.doc.view.showHeldOut) continue;
    const code = isRegression ? 0 : dataset.targets[i]!;
    const level = isRegression && !isCurve ? Math.round(((dataset.targets[i]! - low) / (high - low || 1)) * 24) : 0;
    const key = `${code} ${held} ${level}`;
    let group = groups.get(key);
    if (!group) {
      const color = !isRegression || isCurve ? palette.classes[code % 10]! : cssOf(palette.sequential, level / 24);
      groups.set(key, (group = { color, code, held, rows: [] }));
    }
    group.rows.push(i);
  }
  return [...groups.values()].sort((one, other) => Number(one.held) - Number(other.held));
}

/** Range of the numbers that a regression's colours stand for. */
function targetRange(scene: Scene): readonly [number, number] {
  const [low, high] = limitsOf(scene.dataset.targets);
  return high > low ? [low, high] : [low - 1, low + 1];
}
