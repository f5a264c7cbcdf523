/** Sine and cosine from + - * and literals (fdlibm's kernels), for the toy data: the same bits in every browser. */

const PER_QUARTER = 0.6366197723675814; // 2 / pi
const QUARTER_1 = 1.5707963267341256; // pi / 2, its first 33 bits
const QUARTER_2 = 6.077100506303966e-11; // the next 33
const QUARTER_3 = 2.0222662487959506e-21; // the rest

function sinKernel(x: number, y: number): number {
  const z = x * x;
  const v = z * x;
  const r = 0.00833333333332249 + z * (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x - (z * (0.5 * y - v * r) - y - v * -0.16666666666666632);
}

function cosKernel(x: number, y: number): number {
  const z = x * x;
  const r = z * (0.0416666666666666 + z * (-0.001388888888887411 + z * (2.480158728947673e-5 + z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - x * y));
}

/** Return sine and cosine of an angle below about 1000. */
export function sinCos(angle: number): [number, number] {
  const n = Math.floor(angle * PER_QUARTER + 0.5);
  // The rest of the angle in two parts, x + y.
  const first = angle - n * QUARTER_1;
  const second = n * QUARTER_2;
  const reduced = first - second;
  const third = n * QUARTER_3 - (first - reduced - second);
  const x = reduced - third;
  const y = reduced - x - third;
  const s = sinKernel(x, y);
  const c = cosKernel(x, y);
  switch (((n % 4) + 4) % 4) {
    case 0:
      return [s, c];
    case 1:
      return [c, -s];
    case 2:
      return [-s, -c];
    default:
      return [-c, s];
  }
}
