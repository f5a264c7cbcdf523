/** Functions of x that a person types: parsed into a tree of closures, never evaluated as code. */

import { exp, log, tanh } from "../core/functions";
import { sinCos } from "../core/trigonometry";
import { Problem } from "../state/problem";

type F = (x: number) => number;

const MAX_LENGTH = 200;

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

/** Names that a formula may use besides x. */
export const FORMULA_NAMES: readonly string[] = [...Object.keys(FUNCTIONS), "pi", "e"];

/** Return the function of a formula such as `0.5 sin(3x)`; throws a `Problem` that says where it is wrong. */
export function compile(formula: string): F {
  if (formula.length > MAX_LENGTH) throw new Problem({ code: "formula-long", limit: MAX_LENGTH });
  return new Parser(formula).parse();
}

interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

/** sum: product (+|-) …; product: signed (*|/) …, the sign * may be left out; power: atom ^ signed. */
class Parser {
  private readonly tokens: Token[];
  private i = 0;

  constructor(private readonly formula: string) {
    this.tokens = tokensOf(formula);
  }

  parse(): F {
    const f = this.sum();
    if (this.now.kind !== "end") this.fail(this.now);
    return f;
  }

  private get now(): Token {
    return this.tokens[this.i]!;
  }

  private take(...signs: string[]): string | null {
    if (this.now.kind !== "sign" || !signs.includes(this.now.text)) return null;
    return this.tokens[this.i++]!.text;
  }

  private fail(token: Token): never {
    if (token.kind === "end") throw new Problem({ code: "formula-ends", formula: this.formula });
    const code = token.kind === "name" ? "formula-name" : "formula-sign";
    throw new Problem({ code, formula: this.formula, found: token.text, at: token.at + 1 });
  }

  private sum(): F {
    let left = this.product();
    for (let sign = this.take("+", "-"); sign !== null; sign = this.take("+", "-")) {
      const a = left;
      const b = this.product();
      left = sign === "+" ? (x) => a(x) + b(x) : (x) => a(x) - b(x);
    }
    return left;
  }

  private product(): F {
    let left = this.signed();
    for (;;) {
      const sign = this.take("*", "/");
      if (sign === null && !this.startsAtom()) return left;
      const a = left;
      const b = sign === null ? this.power() : this.signed();
      left = sign === "/" ? (x) => a(x) / b(x) : (x) => a(x) * b(x);
    }
  }

  private startsAtom(): boolean {
    const { kind, text } = this.now;
    return kind === "number" || kind === "name" || (kind === "sign" && text === "(");
  }

  private signed(): F {
    const sign = this.take("+", "-");
    if (sign === null) return this.power();
    const f = this.signed();
    return sign === "-" ? (x) => -f(x) : f;
  }

  private power(): F {
    const base = this.atom();
    if (this.take("^") === null) return base;
    const exponent = this.signed();
    return (x) => power(base(x), exponent(x));
  }

  private atom(): F {
    const token = this.now;
    this.i++;
    if (token.kind === "number") {
      const value = Number(token.text);
      return () => value;
    }
    if (token.kind === "name") return this.named(token);
    if (token.text !== "(" || token.kind === "end") this.fail(token);
    const inside = this.sum();
    if (this.take(")") === null) this.fail(this.now);
    return inside;
  }

  private named(token: Token): F {
    const name = token.text.toLowerCase();
    if (name === "x") return (x) => x;
    if (Object.hasOwn(CONSTANTS, name)) {
      const value = CONSTANTS[name]!;
      return () => value;
    }
    if (!Object.hasOwn(FUNCTIONS, name)) this.fail(token);
    const f = FUNCTIONS[name]!;
    if (this.take("(") === null) this.fail(this.now);
    const inside = this.sum();
    if (this.take(")") === null) this.fail(this.now);
    return (x) => f(inside(x));
  }
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
