/** Pictures of the views as SVG, and as PNG drawn from it. */

import type { Session } from "../state/types";
import type { BoundaryView } from "./boundary";
import { CURVE_LEVELS, groupsOf, markerSize } from "./boundary";
import { contour } from "./contour";
import type { Layout } from "./layout";
import { ends } from "./layout";
import { addMarker } from "./markers";
import type { Palette } from "./palette";
import type { Scene } from "./scene";
import { gridOf } from "./scene";
import { logLimits, niceEnd, tickText, ticksOf } from "./timeline";

const SIDE = 640, WIDE = 960, CELLS = 200, PNG_SCALE = 2;

/** Writes a path. */
class SvgPen {
  d = "";
  moveTo(x: number, y: number): void { this.d += `M${round(x)} ${round(y)}`; }
  lineTo(x: number, y: number): void { this.d += `L${round(x)} ${round(y)}`; }
  closePath(): void { this.d += "Z"; }
  /** Whole circles alone. */
  arc(x: number, y: number, r: number): void { this.d += `M${round(x - r)} ${round(y)}a${round(r)} ${round(r)} 0 1 0 ${round(2 * r)} 0a${round(r)} ${round(r)} 0 1 0 ${round(-2 * r)} 0Z`; }
}

export function boundarySvg(session: Session, view: BoundaryView, scene: Scene, palette: Palette): string {
  const parts: string[] = [];
  const { a, b } = scene;
  const x = (value: number) => ((value - a[0]) / (a[1] - a[0])) * SIDE, y = (value: number) => ((b[1] - value) / (b[1] - b[0])) * SIDE;
  const values = session.grid(gridOf(scene, CELLS), false);
  if (scene.isCurve) {
    parts.push(`<rect width="${SIDE}" height="${SIDE}" fill="${palette.panel}"/>`);
    if (scene.dataset.task === "classification") for (const level of CURVE_LEVELS) parts.push(`<path d="M0 ${round(y(level))}H${SIDE}" stroke="${palette.line}"/>`);
    const last = values.outputs.length > 1 ? values.outputs.length - 1 : 1;
    values.outputs.forEach((output, k) => {
      const pen = new SvgPen();
      output.forEach((value, i) => pen[i ? "lineTo" : "moveTo"](((i + 0.5) / values.nA) * SIDE, y(value * last)));
      parts.push(`<path d="${pen.d}" fill="none" stroke="${values.outputs.length > 1 ? palette.classes[k % 10] : palette.ink}" stroke-width="4"/>`);
    });
  } else {
    parts.push(`<image width="${SIDE}" height="${SIDE}" preserveAspectRatio="none" href="${view.fieldUrl}"/>`);
    if (scene.dataset.task === "classification") {
      const pen = new SvgPen(), s = SIDE / CELLS;
      const scaled = { moveTo: (px: number, py: number) => pen.moveTo(px * s, py * s), lineTo: (px: number, py: number) => pen.lineTo(px * s, py * s) };
      view.contours(values, (at) => contour(at, values.nA, values.nB, scaled));
      parts.push(`<path d="${pen.d}" fill="none" stroke="${palette.ink}" stroke-width="4" stroke-linecap="round"/>`);
    }
  }
  const size = markerSize(scene.dataset.nRows, SIDE);
  for (const { color, code, held, rows } of groupsOf(session, scene, palette)) {
    const pen = new SvgPen();
    for (const i of rows) addMarker(pen, code, x(scene.rowA[i]!), y(scene.rowB[i]!), size);
    parts.push(held
      ? `<path d="${pen.d}" fill="${palette.halo}" stroke="${color}" stroke-width="${round(size * 0.46)}"/>`
      : `<path d="${pen.d}" fill="${color}" stroke="${palette.halo}" stroke-width="${round(size * 0.25)}"/>`);
  }
  return svg(SIDE, SIDE, parts);
}

/** `tiles` are the pictures of the units, column by column, as addresses. */
export function networkSvg(session: Session, layout: Layout, width: number, height: number, tiles: readonly (readonly string[])[], palette: Palette): string {
  const parts = [`<rect width="${round(width)}" height="${round(height)}" fill="${palette.panel}"/>`];
  for (let layer = 0; layer + 1 < layout.columns.length; layer++) {
    const nFrom = layout.columns[layer]!.y.length, nTo = layout.columns[layer + 1]!.y.length;
    const weight = (from: number, unit: number) => session.theta[session.indexOf({ layer, unit, from })!]!;
    let most = 1e-12;
    for (let from = 0; from < nFrom; from++) for (let unit = 0; unit < nTo; unit++) most = Math.max(most, Math.abs(weight(from, unit)));
    for (let from = 0; from < nFrom; from++)
      for (let unit = 0; unit < nTo; unit++) {
        const value = weight(from, unit), strength = Math.abs(value) / most;
        const { x0, y0, x1, y1, middle } = ends(layout, { layer, from, unit });
        parts.push(`<path d="M${round(x0)} ${round(y0)}C${round(middle)} ${round(y0)} ${round(middle)} ${round(y1)} ${round(x1)} ${round(y1)}" fill="none" stroke="${value < 0 ? palette.negative : palette.positive}" stroke-width="${round(0.7 + 4 * strength)}" opacity="${round(0.2 + 0.72 * strength)}"${value < 0 ? ' stroke-dasharray="7 3"' : ""}/>`);
      }
  }
  layout.columns.forEach((column, k) => column.y.forEach((y, unit) => {
    const at = `x="${round(column.x - layout.tile / 2)}" y="${round(y - layout.tile / 2)}" width="${round(layout.tile)}" height="${round(layout.tile)}"`;
    parts.push(`<image ${at} preserveAspectRatio="none" href="${tiles[k]![unit]}"/><rect ${at} rx="5" fill="none" stroke="${palette.ink}" stroke-width="1.4"/>`);
  }));
  return svg(width, height, parts);
}

/** The loss curves on their logarithmic scale. */
export function lossSvg(session: Session, palette: Palette): string {
  const { loss, heldOutLoss } = session.curves;
  const end = niceEnd(session.lastEpoch), [low, high] = logLimits([session.curves]);
  const left = 56, width = WIDE - left - 16, height = SIDE / 2, bottom = height - 34;
  const x = (epoch: number) => left + (epoch / end) * width, y = (value: number) => 8 + ((high - Math.log10(value)) / (high - low)) * (bottom - 8);
  const text = (px: number, py: number, anchor: string, content: string) => `<text x="${round(px)}" y="${round(py)}" text-anchor="${anchor}" font-family="sans-serif" font-size="13" fill="${palette.quiet}">${content}</text>`;
  const line = (values: readonly number[], color: string) => {
    const pen = new SvgPen();
    const stride = Math.max(1, Math.floor(values.length / (2 * width)));
    values.forEach((value, epoch) => { if (value > 0 && value < Infinity && (epoch % stride === 0 || epoch === values.length - 1)) pen[pen.d ? "lineTo" : "moveTo"](x(epoch), y(value)); });
    return `<path d="${pen.d}" fill="none" stroke="${color}" stroke-width="2"/>`;
  };
  const parts = [`<rect width="${WIDE}" height="${height}" fill="${palette.panel}"/>`];
  for (const tick of ticksOf(low, high)) parts.push(`<path d="M${left} ${round(y(tick))}h${width}" stroke="${palette.line}"/>`, text(left - 7, y(tick) + 4, "end", tickText(tick)));
  for (let k = 0; k <= 5; k++) parts.push(text(x((end * k) / 5), height - 12, "middle", String((end * k) / 5)));
  parts.push(line(heldOutLoss, palette.heldOut), line(loss, palette.ink));
  return svg(WIDE, height, parts);
}

/** Return a picture as PNG. */
export async function pngOf(source: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * PNG_SCALE;
  canvas.height = image.naturalHeight * PNG_SCALE;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large."))), "image/png"));
}

function svg(width: number, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.round(width)}" height="${Math.round(height)}" viewBox="0 0 ${round(width)} ${round(height)}">${parts.join("")}</svg>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
