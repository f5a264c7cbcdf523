/** Small pictures of the data sets, for their tiles: about forty points each, or a curve. */

import { h } from "./render";

type Dot = readonly [number, number, 0 | 1 | 2 | 3];

/** Points that fill the unit interval evenly but not regularly. */
const fraction = (k: number, step: number) => (k * step) % 1;
const GOLDEN = 0.6180339887, PLASTIC = 0.7548776662, THIRD = 0.5698402910;
const ring = (k: number, n: number, radius: number, spread: number): [number, number] => {
  const angle = (2 * Math.PI * k) / n, r = radius + spread * (fraction(k + 1, GOLDEN) - 0.5);
  return [20 + r * Math.cos(angle), 20 + r * Math.sin(angle)];
};
const dots = (n: number, dot: (k: number) => Dot) => Array.from({ length: n }, (_, k) => dot(k));
const square = (k: number): [number, number] => [4 + 32 * fraction(k + 1, PLASTIC), 4 + 32 * fraction(k + 1, THIRD)];

const TEN: readonly (readonly [number, number])[] = [[0.1, 0.1], [0.3, 0.4], [0.1, 0.5], [0.6, 0.9], [0.4, 0.2], [0.6, 0.3], [0.5, 0.6], [0.9, 0.2], [0.4, 0.4], [0.7, 0.6]];

const DOTS: Readonly<Record<string, readonly Dot[]>> = {
  circles: [...dots(26, (k): Dot => [...ring(k, 26, 14.5, 5), 0]), ...dots(12, (k): Dot => [...ring(k, 12, 4.5, 4), 1])],
  "ten-points": TEN.map(([x, y], k): Dot => [3 + 34 * x, 37 - 34 * y, k < 5 ? 1 : 0]),
  gaussians: dots(44, (k): Dot => {
    const code = (k % 2) as 0 | 1, angle = 2 * Math.PI * fraction(k + 1, GOLDEN), r = 9 * Math.sqrt(-Math.log(1 - 0.9 * fraction(k + 1, PLASTIC))) / 1.3;
    return [20 + (code ? 6 : -6) + r * Math.cos(angle), 20 + r * Math.sin(angle), code];
  }),
  moons: dots(40, (k): Dot => {
    const code = (k % 2) as 0 | 1, angle = (Math.PI * k) / 39, wobble = 3 * (fraction(k + 1, GOLDEN) - 0.5);
    return code ? [25 - 11 * Math.cos(angle), 17 + (11 + wobble) * Math.sin(angle), 1] : [15 + 11 * Math.cos(angle), 23 - (11 + wobble) * Math.sin(angle), 0];
  }),
  spiral: dots(46, (k): Dot => {
    const code = (k % 2) as 0 | 1, r = (k + 2) / 48, angle = 2 * Math.PI * (1.6 * r + code / 2);
    return [20 + 17 * r * Math.sin(angle), 20 + 17 * r * Math.cos(angle), code];
  }),
  blobs: dots(44, (k): Dot => {
    const arm = k % 4, [x, y] = ring(k, 44, 3.6, 6);
    return [x + (arm - 1) * (arm % 2 ? 0 : 10), y + (arm - 2) * (arm % 2 ? 10 : 0), arm as Dot[2]];
  }),
  xor: dots(46, (k): Dot => { const [x, y] = square(k); return [x, y, (x > 20) === (y > 20) ? 0 : 1]; }),
  checkerboard: dots(60, (k): Dot => { const [x, y] = square(k); return [x, y, ((Math.floor((x - 4) / 8) + Math.floor((y - 4) / 8)) % 2) as 0 | 1]; }),
};

const TOOLS: Readonly<Record<string, string>> = {
  draw: "M10 30.500 12 24 26.500 9.500l4.500 4.500L16.500 28.500zM24 12l4.500 4.500",
  csv: "M20 25V9m0 0-5.500 5.500M20 9l5.500 5.500M9 24v6.500h22V24",
  waves: "M3 22c3-9 6-9 9 0s6 9 9-2 7-13 9-5 4 8 7 4",
  formula: "M7 27c5-18 9-18 13-7s8 8 13-8",
};

export function Thumbnail({ name }: { name: string }) {
  const points = DOTS[name];
  return (
    <svg viewBox="0 0 40 40" aria-hidden="true">
      {points
        ? points.map(([x, y, code]) => <circle cx={x.toFixed(1)} cy={y.toFixed(1)} r={name === "ten-points" ? 2.1 : 1.45} fill={`var(--c${code})`} />)
        : TOOLS[name]
          ? <path d={TOOLS[name]} {...(name === "waves" ? { fill: "none", stroke: "var(--c0)", "stroke-width": 2 } : {})} />
          : <path d="M3 31h5l2-21h3l2 21h3l1-21h7l1 21h3l2-21h2l1 21h2" fill="none" stroke="var(--c1)" stroke-width="1.8" stroke-linejoin="round" />}
    </svg>
  );
}
