/** Functions of x that a person types: parsed into a tree of closures, never evaluated as code. */

import { exp, log, tanh } from "../core/functions";
import { sinCos } from "../core/trigonometry";
import { Problem } from "../state/problem";

type F = (x: number) => number;

const MAX_LENGTH = 200;
const LOOKED_AT = 120; // places from -1 to 1

const FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  "sin": (v) => sinCos(v)[0],
  "cos": (v) => sinCos(v)[1],
  "tan": (v) => {
    const [s, c] = sinCos(v);
    return s / c;
  },
  "exp": exp, "log": log, "ln": log, "tanh": tanh, "sqrt": Math.sqrt, "abs": Math.abs, "floor": Math.floor, "sign": Math.sign,
};

const CONSTANTS: Readonly<Record<string, number>> = { "pi": 3.141592653589793, "π": 3.141592653589793, "e": 2.718281828459045 };

/** What a piece of a formula is: a number, a name, a sign, or the end. */
interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

/**
 * Return the function of a formula such as `0.5 sin(3x)`; throws a `Problem` that says where it is wrong,
 * or that it has no value from -1 to 1.
 *
 * sum: product (+|-) …; product: signed (*|/) …, the sign * may be left out; power: atom ^ signed.
 */
export function compile(formula: string): F {
  if (formula.length > MAX_LENGTH) throw new Problem({ code: "formula-long", limit: MAX_LENGTH });
  const tokens = tokensOf(formula);
  let i = 0;
  const now = () => tokens[i]!;
  const take = (...signs: string[]) => (now().kind === "sign" && signs.includes(now().text) ? tokens[i++]!.text : null);
  const fail = ({ kind, text, at }: Token): never => {
    throw new Problem({ code: kind === "end" ? "formula-ends" : kind === "name" ? "formula-name" : "formula-sign", formula, found: text, at: at + 1 });
  };
  const inBrackets = () => {
    const inside = sum();
    return take(")") ? inside : fail(now());
  };

  const sum = (): F => {
    let left = product();
    for (let sign = take("+", "-"); sign; sign = take("+", "-")) {
      const a = left, b = product();
      left = sign === "+" ? (x) => a(x) + b(x) : (x) => a(x) - b(x);
    }
    return left;
  };
  const product = (): F => {
    let left = signed();
    for (;;) {
      const sign = take("*", "/");
      if (!sign && now().kind !== "number" && now().kind !== "name" && now().text !== "(") return left;
      const a = left, b = sign ? signed() : raised();
      left = sign === "/" ? (x) => a(x) / b(x) : (x) => a(x) * b(x);
    }
  };
  const signed = (): F => {
    const sign = take("+", "-");
    if (!sign) return raised();
    const f = signed();
    return sign === "-" ? (x) => -f(x) : f;
  };
  const raised = (): F => {
    const base = atom();
    if (!take("^")) return base;
    const exponent = signed();
    return (x) => power(base(x), exponent(x));
  };
  const atom = (): F => {
    const token = now(), { kind, text } = token;
    i++;
    const name = text.toLowerCase();
    const value = kind === "number" ? Number(text) : Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name]! : null;
    if (value !== null) return () => value;
    if (name === "x") return (x) => x;
    if (kind === "sign" && text === "(") return inBrackets();
    if (kind !== "name" || !Object.hasOwn(FUNCTIONS, name)) return fail(token);
    const f = FUNCTIONS[name]!;
    if (!take("(")) fail(now());
    const inside = inBrackets();
    return (x) => f(inside(x));
  };

  const f = sum();
  if (now().kind !== "end") fail(now());
  if (!placesOf(f).some(Number.isFinite)) throw new Problem({ code: "formula-empty" });
  return f;
}

/** Return the values of a function at places from -1 to 1; not all need be finite. */
export function placesOf(f: F): number[] {
  return Array.from({ length: LOOKED_AT + 1 }, (_, k) => f((2 * k) / LOOKED_AT - 1));
}

function tokensOf(formula: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:(\d+\.?\d*|\.\d+)|([A-Za-z]+|π)|(.))/suy;
  // Signs that people copy from text.
  const plain = formula.replace(/[−–]/gu, "-").replace(/[×·]/gu, "*").replace(/÷/gu, "/");
  while (pattern.lastIndex < plain.length) {
    const match = pattern.exec(plain);
    if (match === null) break;
    const text = match[1] ?? match[2] ?? match[3]!;
    const kind = match[1] !== undefined ? "number" : match[2] !== undefined ? "name" : "sign";
    tokens.push({ kind, text, at: pattern.lastIndex - text.length });
  }
  tokens.push({ kind: "end", text: "", at: plain.length });
  return tokens;
}

/** Whole exponents by multiplication, others by exp and log: `**` differs between browsers. */
function power(base: number, exponent: number): number {
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 64) return exp(exponent * log(base));
  let result = 1;
  for (let i = 0; i < Math.abs(exponent); i++) result *= base;
  return exponent < 0 ? 1 / result : result;
}
