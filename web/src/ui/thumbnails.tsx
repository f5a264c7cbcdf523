/** Small pictures of the data sets, for their tiles: some of their points, or a curve. */

import type { Child } from "./render";
import { h } from "./render";
import { toyPoints } from "../data/dataset";
import { TOYS, toySource } from "../state/defaults";
import type { ToyName } from "../state/types";
import { limitsOf } from "../views/raster";

const POINTS = 50, SIDE = 40, MARGIN = 4;

const TOOLS: Readonly<Record<string, string>> = {
  "draw": "M10 30.5 12 24 26.5 9.5l4.5 4.5L16.5 28.5zM24 12l4.5 4.5",
  "csv": "M20 25V9m0 0-5.5 5.5M20 9l5.5 5.5M9 24v6.5h22V24",
  "formula": "M7 27c5-18 9-18 13-7s8 8 13-8",
};

export function Thumbnail({ name }: { name: string }) {
  return <svg viewBox={`0 0 ${SIDE} ${SIDE}`} aria-hidden="true">{name in TOYS ? (toys[name] ??= toy(name as ToyName)) : <path d={TOOLS[name]} />}</svg>;
}

/** Those that were made: they stay as they are. */
const toys: Record<string, Child> = {};

function toy(name: ToyName): Child {
  const { nRows, nIn, X, y } = toyPoints({ ...toySource(name), points: POINTS, noise: TOYS[name].noise / 2 });
  const scaled = (values: Float64Array) => {
    const [low, high] = limitsOf(values);
    return Array.from(values, (value) => (MARGIN + ((value - low) / (high - low)) * (SIDE - 2 * MARGIN)).toFixed(1));
  };
  const a = scaled(X.subarray(0, nRows)), b = scaled(nIn === 1 ? y : X.subarray(nRows)).map((value) => SIDE - Number(value));
  if (nIn > 1) return b.map((cy, i) => <circle cx={a[i]} cy={cy} r={nRows < POINTS ? 2.1 : 1.5} fill={`var(--c${y[i]})`} />);
  const order = a.map((_, i) => i).sort((i, k) => X[i]! - X[k]!);
  return <path d={`M${order.map((i) => `${a[i]} ${b[i]}`).join("L")}`} fill="none" stroke="var(--c1)" stroke-width="1.8" stroke-linejoin="round" />;
}
