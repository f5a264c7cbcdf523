/** Numbers as text, for readers: a true minus sign, few digits. */

const MINUS = "−";

/** Return a number with a fixed number of decimals. */
export function fixed(value: number, decimals = 2): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : `${MINUS}∞`;
  if (Math.abs(value) >= 1e6) return short(value);
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** Return a number with about three digits, whatever its size; years are whole. */
export function short(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return fixed(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) {
    const [mantissa = "", exponent = "0"] = size.toExponential(Math.max(0, digits - 2)).split("e");
    return `${value < 0 ? MINUS : ""}${mantissa}e${exponent.replace("+", "").replace("-", MINUS)}`;
  }
  const text = String(Number(size.toPrecision(digits < 4 && size >= 1e3 && size < 1e4 ? 4 : digits)));
  return value < 0 ? MINUS + text : text;
}

/** Return a loss: three decimals, more digits if it is small, fewer if it is huge: the dock of a phone is narrow. */
export function loss(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return Math.abs(value) >= 0.1 ? (value >= 1000 ? short(value, value < 1e6 ? 3 : 2) : value.toFixed(3)) : short(value, 2);
}

/** Return a fraction as a percentage. */
export function percent(fraction: number, decimals = 1): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(decimals)} %` : "–";
}

/** Return a count with thin spaces between thousands. */
export function count(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Return "1 point" or "3 points". */
export function plural(n: number, one: string, several = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : several}`;
}

const LOW_DIGITS = "₀₁₂₃₄₅₆₇₈₉";

/** Return digits below the line: x₁. */
export function subscript(n: number): string {
  return [...String(n)].map((digit) => LOW_DIGITS[Number(digit)] ?? digit).join("");
}

/** Return a name as it is shown: x1 as x₁. */
export function shownName(name: string): string {
  const found = /^([a-z])(\d{1,2})$/i.exec(name);
  return found ? found[1]! + subscript(Number(found[2])) : name;
}

/** Return a text cut to some characters. */
export function cut(text: string, most = 40): string {
  const signs = [...text];
  return signs.length > most ? `${signs.slice(0, most - 1).join("")}…` : text;
}
