/** Small pictures: values of a grid as pixels of a canvas that the browser stretches. */

import type { Lut } from "./palette";

/** A canvas of the size of a grid, and its pixels. */
export class Raster {
  readonly context: CanvasRenderingContext2D;
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);

  constructor(readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d")!;
  }

  /** Paint values with a table from `low` to `high`. */
  paint(values: Float64Array, nA: number, nB: number, lut: Lut, low: number, high: number): void {
    const pixels = this.sized(nA, nB);
    const scale = 255 / (high - low || 1), shift = 0.5 - low * scale;
    for (let i = 0; i < pixels.length; i++) {
      const level = values[i]! * scale + shift;
      pixels[i] = lut[level < 0 ? 0 : level > 255 ? 255 : level | 0]!;
    }
    this.context.putImageData(this.image!, 0, 0);
  }

  /** Paint the likeliest of several classes in its tint, fainter where it is less likely. */
  paintClasses(outputs: readonly Float64Array[], nA: number, nB: number, tints: readonly Lut[]): void {
    const pixels = this.sized(nA, nB);
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
    this.context.putImageData(this.image!, 0, 0);
  }

  private sized(nA: number, nB: number): Uint32Array {
    if (!this.image || this.image.width !== nA || this.image.height !== nB) {
      this.canvas.width = nA;
      this.canvas.height = nB;
      this.image = this.context.createImageData(nA, nB);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    return this.pixels;
  }
}

const ACROSS = 16;

/** Many small pictures of one size on a canvas that is not on the page: one on the page each would cost more. */
export class Atlas {
  private readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d")!;
  private readonly image: ImageData;
  private readonly pixels: Uint32Array;

  constructor(private readonly cells: number) {
    this.image = this.context.createImageData(cells, cells);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** Make room for some pictures; those that were painted are lost. */
  reserve(count: number): void {
    this.canvas.width = this.cells * ACROSS;
    this.canvas.height = this.cells * Math.ceil(count / ACROSS);
  }

  /** Paint values of a plane, or of a line, as picture `slot`. */
  paint(slot: number, values: Float64Array, isLine: boolean, lut: Lut, low: number, high: number): void {
    const { cells, pixels } = this;
    const scale = 255 / (high - low || 1), shift = 0.5 - low * scale;
    for (let i = 0; i < pixels.length; i++) {
      const level = values[isLine ? i % cells : i]! * scale + shift;
      pixels[i] = lut[level < 0 ? 0 : level > 255 ? 255 : level | 0]!;
    }
    this.context.putImageData(this.image, ...this.place(slot));
  }

  draw(context: CanvasRenderingContext2D, slot: number, x: number, y: number, size: number): void {
    const [left, top] = this.place(slot);
    context.drawImage(this.canvas, left, top, this.cells, this.cells, x, y, size, size);
  }

  /** A picture as an address. */
  url(slot: number): string {
    const own = Object.assign(document.createElement("canvas"), { width: this.cells, height: this.cells });
    this.draw(own.getContext("2d")!, slot, 0, 0, this.cells);
    return own.toDataURL();
  }

  private place(slot: number): [number, number] {
    return [(slot % ACROSS) * this.cells, Math.floor(slot / ACROSS) * this.cells];
  }
}

/** Largest size of the values; 1 if all are 0. */
export function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > most) most = size;
  }
  return most > 1e-12 && most < Infinity ? most : 1;
}

/** Give a canvas the pixels of its size on the screen; return the context, in CSS pixels, and whether it changed. */
export function fitted(canvas: HTMLCanvasElement, width: number, height: number): { context: CanvasRenderingContext2D; changed: boolean } {
  const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
  const w = Math.max(1, Math.round(width * ratio)), h = Math.max(1, Math.round(height * ratio));
  const changed = canvas.width !== w || canvas.height !== h;
  if (changed) { canvas.width = w; canvas.height = h; }
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, changed };
}
