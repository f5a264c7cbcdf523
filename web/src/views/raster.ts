/** Small pictures: values of a grid as pixels of a canvas that the browser stretches. */

import type { Lut } from "./palette";
import type { Pen } from "./svg";

const ACROSS = 16;

/** Write values as colours of a table from `low` to `high`; of a line, every row of pixels is the line. */
function fill(pixels: Uint32Array, values: Float64Array, perLine: number, lut: Lut, low: number, high: number): void {
  const scale = 255 / (high - low || 1), shift = 0.5 - low * scale;
  for (let i = 0; i < pixels.length; i++) {
    const level = values[perLine ? i % perLine : i]! * scale + shift;
    pixels[i] = lut[level < 0 ? 0 : level > 255 ? 255 : level | 0]!;
  }
}

export interface Raster {
  /** Paint values with a table from `low` to `high`. */
  paint(values: Float64Array, nA: number, nB: number, lut: Lut, low: number, high: number): void;
  /** Paint the likeliest of several classes in its tint, fainter where it is less likely. */
  paintClasses(outputs: readonly Float64Array[], nA: number, nB: number, tints: readonly Lut[]): void;
}

/** Paint pictures that fill a canvas. */
export function rasterOf(canvas: HTMLCanvasElement): Raster {
  const context = canvas.getContext("2d")!;
  let image: ImageData | null = null, pixels = new Uint32Array(0);
  const painted = (nA: number, nB: number, paint: () => void) => {
    if (image?.width !== nA || image.height !== nB) {
      Object.assign(canvas, { width: nA, height: nB });
      image = context.createImageData(nA, nB);
      pixels = new Uint32Array(image.data.buffer);
    }
    paint();
    context.putImageData(image, 0, 0);
  };
  return {
    paint: (values, nA, nB, lut, low, high) => painted(nA, nB, () => fill(pixels, values, 0, lut, low, high)),
    paintClasses: (outputs, nA, nB, tints) => painted(nA, nB, () => {
      const n = outputs.length;
      for (let i = 0; i < pixels.length; i++) {
        let best = 0, most = outputs[0]![i]!;
        for (let k = 1; k < n; k++) {
          const p = outputs[k]![i]!;
          if (p > most) { most = p; best = k; }
        }
        const strength = (most * n - 1) / (n - 1);
        pixels[i] = tints[best % tints.length]![strength > 0 ? Math.min(255, (Math.sqrt(strength) * 255) | 0) : 0]!;
      }
    }),
  };
}

/** Many small pictures of one size on a canvas that is not on the page: one on the page each would cost more. */
export interface Atlas {
  /** Make room for some pictures; those that were painted are lost. */
  reserve(count: number): void;
  /** Paint values of a plane, or of a line, as picture `slot`. */
  paint(slot: number, values: Float64Array, isLine: boolean, lut: Lut, low: number, high: number): void;
  draw(pen: Pen, slot: number, x: number, y: number, size: number): void;
}

export function atlasOf(cells: number): Atlas {
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d")!;
  const image = context.createImageData(cells, cells), pixels = new Uint32Array(image.data.buffer);
  const left = (slot: number) => (slot % ACROSS) * cells, top = (slot: number) => Math.floor(slot / ACROSS) * cells;
  return {
    reserve: (count) => { Object.assign(canvas, { width: cells * ACROSS, height: top(count - 1) + cells }); },
    paint(slot, values, isLine, lut, low, high) {
      fill(pixels, values, isLine ? cells : 0, lut, low, high);
      context.putImageData(image, left(slot), top(slot));
    },
    draw: (pen, slot, x, y, size) => pen.drawImage(canvas, left(slot), top(slot), cells, cells, x, y, size, size),
  };
}

/** Largest size of the values; 1 if all are 0. */
export function largest(values: Float64Array): number {
  const [low, high] = limitsOf(values);
  const most = Math.max(-low, high);
  return most > 1e-12 && most < Infinity ? most : 1;
}

/** Return the smallest and the largest of values that are finite, and larger than `above`. */
export function limitsOf(values: ArrayLike<number>, low = Infinity, high = -Infinity, above = -Infinity): [number, number] {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value > above && value < Infinity)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Return an empty canvas with the pixels of its size on the screen; it draws in CSS pixels. */
export function fitted(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
  const w = Math.max(1, Math.round(width * ratio)), h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
