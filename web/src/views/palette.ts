/** Colours of everything painted, read from the style sheet, and tables from values to colours. */

export type Rgb = readonly [number, number, number];

/** 256 colours, each as one number of an `ImageData` (little-endian: alpha, blue, green, red). */
export type Lut = Uint32Array;

export interface Palette {
  readonly dark: boolean;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly soft: string;
  readonly panel: string;
  readonly halo: string;
  readonly positive: string;
  readonly negative: string;
  readonly heldOut: string;
  readonly ghost: string;
  readonly classes: readonly string[];
  /** -1 to 1: purple, the ground, green. */
  readonly signed: Lut;
  /** P(class 1) of two classes: tints of their colours. */
  readonly probability: Lut;
  /** P of each class: from the ground to its tint. */
  readonly classTints: readonly Lut[];
  /** Numbers without a sign. */
  readonly sequential: Lut;
}

const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37],
];

/** Read the palette of an element below `.sx`. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const dark = style.colorScheme === "dark";
  const ground = parseHex(read("--ground"));
  const classes = Array.from({ length: 10 }, (_, code) => read(`--c${code}`));
  const strength = dark ? 0.58 : 0.4;
  const tints = classes.map((color) => mix(ground, parseHex(color), strength));
  return {
    dark,
    ink: read("--ink"), quiet: read("--quiet"), line: read("--line"), soft: read("--soft"), panel: read("--panel"),
    halo: read("--halo"), positive: read("--pos"), negative: read("--neg"), heldOut: read("--val"), ghost: read("--ghost"),
    classes,
    signed: ramp([parseHex(read("--tile-neg")), ground, parseHex(read("--tile-pos"))]),
    probability: ramp([tints[0]!, mix(tints[0]!, ground, 0.22), ground, mix(tints[1]!, ground, 0.22), tints[1]!], [0, 0.3, 0.5, 0.7, 1]),
    classTints: tints.map((tint) => ramp([ground, tint])),
    sequential: ramp(VIRIDIS),
  };
}

export function parseHex(color: string): Rgb {
  const text = color.length === 4 ? color.replace(/[\da-f]/gi, "$&$&") : color;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16) || 0);
  return [red, green, blue];
}

export function mix(from: Rgb, to: Rgb, amount: number): Rgb {
  const one = (k: 0 | 1 | 2) => from[k] + (to[k] - from[k]) * amount;
  return [one(0), one(1), one(2)];
}

/** Return 256 colours between stops, which are evenly spaced unless `at` says where they are. */
export function ramp(stops: readonly Rgb[], at: readonly number[] = stops.map((_, k) => k / (stops.length - 1))): Lut {
  const lut = new Uint32Array(256);
  for (let i = 0, k = 0; i < 256; i++) {
    const t = i / 255;
    while (k < stops.length - 2 && t > at[k + 1]!) k++;
    const [red, green, blue] = mix(stops[k]!, stops[k + 1]!, (t - at[k]!) / (at[k + 1]! - at[k]!));
    lut[i] = (255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red);
  }
  return lut;
}

/** Return a colour of a table for CSS. */
export function cssOf(lut: Lut, t: number): string {
  const value = lut[Math.max(0, Math.min(255, Math.round(t * 255)))]!;
  return `rgb(${value & 255} ${(value >> 8) & 255} ${(value >> 16) & 255})`;
}
