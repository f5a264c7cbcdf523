/** From the columns of a row to inputs of the network. */

import type { ColumnCode, DatePart, InputColumn } from "./types";

/** Seconds of a day. */
export const DAY = 86400;

/** Return what a column has of a moment, in seconds since 1970, as `parts_of` of `separatrix.data.kinds.dates`. */
export function partOf([, part, first]: DatePart, seconds: number): number {
  const date = new Date(1000 * seconds);
  switch (part) {
    case "days": return (seconds - first) / DAY;
    case "year": return date.getUTCFullYear();
    case "month": return date.getUTCMonth() + 1;
    case "weekday": return (date.getUTCDay() + 6) % 7;
    case "hour": return date.getUTCHours();
    default: return (seconds / DAY) * 24; // "time"
  }
}

/** Write what a column gives for a value into the inputs, which are 0 before. */
export function writeColumn({ kind, input, mean, scale, code }: InputColumn, value: number, to: Float64Array): void {
  if (code) codedValues(code, value).forEach((feature, k) => { to[input + k] = feature; });
  else if (kind === "number") to[input] = (value - mean) / (scale || 1);
  else to[input + Math.round(value)] = 1;
}

/** Return the inputs for a value: linear between knots, constant beyond them. */
export function codedValues({ knots, features, missing }: ColumnCode, value: number): readonly number[] {
  if (Number.isNaN(value)) return missing;
  let low = 0, high = knots.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (knots[middle]! <= value) low = middle;
    else high = middle;
  }
  const share = high === low ? 0 : Math.max(0, Math.min(1, (value - knots[low]!) / (knots[high]! - knots[low]!)));
  return features.map((at) => (share === 1 ? at[high]! : at[low]! + share * (at[high]! - at[low]!)));
}
