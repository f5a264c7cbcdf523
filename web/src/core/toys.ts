/** Artificial data sets, drawn as scikit-learn's and `sx.datasets` draw them for the same seed. */

import { RandomState } from "./random";
import { sinCos } from "./trigonometry";

const TURN = 6.283185307179586;
const HALF_TURN = 3.141592653589793;

/** Points, column by column, and their class or number. */
export interface Points {
  readonly nRows: number;
  readonly nIn: number;
  readonly X: Float64Array;
  readonly y: Float64Array;
}

/** A disc within a ring: `make_circles(n, noise=noise, factor=0.25, random_state=seed)`. */
export function circles(n: number, noise: number, seed: number): Points {
  const random = new RandomState(seed);
  const nOuter = Math.floor(n / 2);
  const nInner = n - nOuter;
  const place = (i: number): [number, number, number] => {
    const isInner = i >= nOuter;
    const step = TURN / (isInner ? nInner : nOuter);
    const [s, c] = sinCos((isInner ? i - nOuter : i) * step);
    return isInner ? [c * 0.25, s * 0.25, 1] : [c, s, 0];
  };
  return shuffled(n, place, noise, random);
}

/** Two half circles: `make_moons(n, noise=noise, random_state=seed)`. */
export function moons(n: number, noise: number, seed: number): Points {
  const random = new RandomState(seed);
  const nOuter = Math.floor(n / 2);
  const nInner = n - nOuter;
  const angle = (i: number, count: number) => (i === count - 1 && count > 1 ? HALF_TURN : i * (HALF_TURN / (count - 1 || 1)));
  const place = (i: number): [number, number, number] => {
    if (i < nOuter) {
      const [s, c] = sinCos(angle(i, nOuter));
      return [c, s, 0];
    }
    const [s, c] = sinCos(angle(i - nOuter, nInner));
    return [1 - c, 1 - s - 0.5, 1];
  };
  return shuffled(n, place, noise, random);
}

/** Two clouds around (-1, 0) and (1, 0): `make_gaussians(n / 2, seed)`; `spread` multiplies their width. */
export function gaussians(n: number, spread: number, seed: number): Points {
  const random = new RandomState(seed);
  const nEach = Math.max(1, Math.floor(n / 2));
  const points = empty(2 * nEach, 2);
  for (let i = 0; i < 2 * nEach; i++) {
    const y = i < nEach ? 0 : 1;
    points.X[i] = random.normal() * spread + 2 * y - 1;
    points.X[2 * nEach + i] = random.normal() * spread;
    points.y[i] = y;
  }
  return points;
}

/** The ten points of Higham & Higham, SIAM Review 61(4), 2019. */
export function tenPoints(): Points {
  const ones = [0.1, 0.1, 0.3, 0.4, 0.1, 0.5, 0.6, 0.9, 0.4, 0.2];
  const zeros = [0.6, 0.3, 0.5, 0.6, 0.9, 0.2, 0.4, 0.4, 0.7, 0.6];
  const points = empty(10, 2);
  [...ones, ...zeros].forEach((value, i) => (points.X[(i % 2) * 10 + (i >> 1)] = value));
  points.y.fill(1, 0, 5);
  return points;
}

/** Three blocks on a line: 1 where |x| < 20 or 30 < |x| < 40, for x from -50 to 49. */
export function bumps(): Points {
  const points = empty(100, 1);
  for (let i = 0; i < 100; i++) {
    const size = Math.abs(i - 50);
    points.X[i] = i - 50;
    points.y[i] = size < 20 || (size > 30 && size < 40) ? 1 : 0;
  }
  return points;
}

/** Arms that wind 1.75 times around each other: `make_spiral`. */
export function spiral(n: number, noise: number, seed: number, nClasses: number): Points {
  const points = empty(n, 2);
  const perArm = Math.ceil(n / nClasses);
  for (let i = 0; i < n; i++) {
    const radius = (Math.floor(i / nClasses) + 1) / perArm;
    points.y[i] = i % nClasses;
    const [s, c] = sinCos(TURN * (1.75 * radius + points.y[i] / nClasses));
    points.X[i] = radius * s;
    points.X[n + i] = radius * c;
  }
  return withNoise(points, noise, new RandomState(seed));
}

/** Points on a checkerboard of nTiles x nTiles: `make_checkerboard`; with 2 tiles `make_xor`. */
export function checkerboard(n: number, noise: number, seed: number, nTiles: number): Points {
  const random = new RandomState(seed);
  const points = empty(n, 2);
  for (let i = 0; i < n; i++) {
    const a = random.uniform(-1, 1);
    const b = random.uniform(-1, 1);
    points.X[i] = a;
    points.X[n + i] = b;
    points.y[i] = (Math.floor(((a + 1) / 2) * nTiles) + Math.floor(((b + 1) / 2) * nTiles)) % 2;
  }
  return withNoise(points, noise, random);
}

/** A cloud for each class, their centres on a circle of radius 2. */
export function blobs(n: number, noise: number, seed: number, nClasses: number): Points {
  const points = empty(n, 2);
  for (let i = 0; i < n; i++) {
    points.y[i] = i % nClasses;
    const [s, c] = sinCos((TURN * points.y[i]) / nClasses);
    points.X[i] = 2 * s;
    points.X[n + i] = 2 * c;
  }
  return withNoise(points, noise, new RandomState(seed));
}

/** A regression of one input: sin(2 x) + x / 2 and noise, for x from -3 to 3. */
export function waves(n: number, noise: number, seed: number): Points {
  const random = new RandomState(seed);
  const points = empty(n, 1);
  for (let i = 0; i < n; i++) {
    const x = random.uniform(-3, 3);
    points.X[i] = x;
    points.y[i] = sinCos(2 * x)[0] + x / 2 + noise * random.normal();
  }
  return points;
}

export function empty(nRows: number, nIn: number): Points {
  return { nRows, nIn, X: new Float64Array(nRows * nIn), y: new Float64Array(nRows) };
}

/** Add normal noise to each coordinate, point by point. */
export function withNoise(points: Points, noise: number, random: RandomState): Points {
  for (let i = 0; i < points.nRows; i++)
    for (let j = 0; j < points.nIn; j++) points.X[j * points.nRows + i] += noise * random.normal();
  return points;
}

function shuffled(
  n: number, place: (i: number) => [number, number, number], noise: number, random: RandomState,
): Points {
  const points = empty(n, 2);
  random.permutation(n).forEach((from, i) => {
    [points.X[i], points.X[n + i], points.y[i]] = place(from);
  });
  return withNoise(points, noise, random);
}
