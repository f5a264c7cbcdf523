/** Checks of values that come from outside: a link, or the state in a page. Nothing is taken over unchecked. */

import { ACTIVATION_NAMES } from "../core/activations";
import { INIT_NAMES } from "../core/initial";
import { OPTIMIZERS } from "../core/optimizers";
import type { Optimizer } from "../core/types";
import { MAX_CLASSES, MAX_EPOCHS, MAX_HELD_OUT, MAX_GIVEN_UNITS, MAX_LAYERS, MAX_UNITS, TOYS } from "./defaults";
import { MAX_DRAWN } from "./drawing";
import { Problem } from "./problem";
import type { Doc, LayerSpec, PlaneChoice, Source, ToyName } from "./types";

type Check<T> = (value: unknown, path: string) => T;

const MAX_TEXT = 20_000;
const MAX_POINTS = 20_000;

function fail(path: string): never {
  throw new Problem({ code: "link-value", path });
}

function number(low: number, high: number): Check<number> {
  return (value, path) => (typeof value === "number" && value >= low && value <= high ? value : fail(path));
}

function integer(low: number, high: number): Check<number> {
  const inside = number(low, high);
  return (value, path) => (Number.isInteger(value) ? inside(value, path) : fail(path));
}

const boolean: Check<boolean> = (value, path) => (typeof value === "boolean" ? value : fail(path));

const text: Check<string> = (value, path) => (typeof value === "string" && value.length <= MAX_TEXT ? value : fail(path));

function oneOf<T extends string>(...values: readonly T[]): Check<T> {
  return (value, path) => (values.includes(value as T) ? (value as T) : fail(path));
}

function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, path) => (value === null ? null : check(value, path));
}

function list<T>(check: Check<T>, most: number): Check<readonly T[]> {
  return (value, path) =>
    Array.isArray(value) && value.length <= most ? value.map((item, i) => check(item, `${path}[${i}]`)) : fail(path);
}

function pair<T>(check: Check<T>): Check<readonly [T, T]> {
  return (value, path) => {
    const items = list(check, 2)(value, path);
    return items.length === 2 ? [items[0]!, items[1]!] : fail(path);
  };
}

/** Check an object that has these entries; others are left out. */
function record<T extends object>(checks: { readonly [Key in keyof T]-?: Check<T[Key]> }): Check<T> {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) fail(path);
    const entries = Object.entries(checks) as [string, Check<unknown>][];
    return Object.fromEntries(
      entries.map(([key, check]) => [key, check(Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined, `${path}.${key}`)]),
    ) as T;
  };
}

/** Check an object by the check that one of its entries chooses. */
function chosenBy<T>(key: string, checks: Readonly<Record<string, Check<T>>>): Check<T> {
  return (value, path) => {
    const kind = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : null;
    if (typeof kind !== "string" || !Object.hasOwn(checks, kind)) fail(`${path}.${key}`);
    return checks[kind]!(value, path);
  };
}

const size = number(-1e9, 1e9);
const seed = integer(0, 4294967295);
const task = oneOf("classification", "regression");
const points = integer(1, MAX_POINTS);
const noise = number(0, 100);
const decay = number(0, 0.9999999999);
const tiny = number(1e-30, 1);

const source = chosenBy<Source>("kind", {
  toy: record({
    kind: oneOf("toy"), name: oneOf(...(Object.keys(TOYS) as ToyName[])), points, noise, seed, classes: integer(2, MAX_CLASSES),
  }),
  drawn: record({
    kind: oneOf("drawn"), task, classes: integer(0, MAX_CLASSES), points: list(list(size, 3), MAX_DRAWN),
  }),
  formula: record({ kind: oneOf("formula"), formula: text, points, noise, seed }),
  table: record({
    kind: oneOf("table"), table: text, target: text, inputs: list(text, 1000), task, scale: boolean, seed,
  }),
});

const layer = record<LayerSpec>({
  units: integer(1, MAX_GIVEN_UNITS), activation: oneOf(...ACTIVATION_NAMES), dropout: number(0, 0.99),
});

const optimizer = chosenBy<Optimizer>("name", {
  sgd: record({ name: oneOf("sgd"), momentum: number(0, 1), nesterov: boolean }),
  adam: record({ name: oneOf("adam"), beta1: decay, beta2: decay, epsilon: tiny, epsilonHat: boolean }),
  adamw: record({ name: oneOf("adamw"), beta1: decay, beta2: decay, epsilon: tiny, weightDecay: number(0, 1e6) }),
  rmsprop: record({ name: oneOf("rmsprop"), rho: decay, epsilon: tiny }),
  adagrad: record({ name: oneOf("adagrad"), epsilon: tiny }),
  lion: record({ name: oneOf("lion"), beta1: decay, beta2: decay, weightDecay: number(0, 1e6) }),
} satisfies Record<keyof typeof OPTIMIZERS, Check<Optimizer>>);

const batch: Check<number | "full"> = (value, path) => (value === "full" ? "full" : integer(1, 1e6)(value, path));

const columnValues: Check<Readonly<Record<string, number>>> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(path);
  const checked = number(-1e300, 1e300);
  return Object.fromEntries(Object.entries(value).slice(0, 1000).map(([key, one]) => [key, checked(one, `${path}.${key}`)]));
};

const doc = record<Doc>({
  data: record({ source, heldOut: number(0, MAX_HELD_OUT), splitSeed: seed }),
  network: record({
    hidden: list(layer, MAX_LAYERS), bias: boolean, loss: oneOf("cross-entropy", "quadratic", "squared", "poisson"),
    init: oneOf(...INIT_NAMES), seed, given: orNull(record({ theta: list(number(-1e300, 1e300), 100_000) })),
  }),
  training: record({
    optimizer, rate: number(0, 1e9), batch, order: oneOf("shuffle", "sequential", "replacement"),
    l2: number(0, 1e9), l1: number(0, 1e9), frozen: list(integer(0, 100_000), 100_000),
    stop: record({ epochs: orNull(integer(1, MAX_EPOCHS)), patience: orNull(integer(1, MAX_EPOCHS)) }),
  }),
  view: record({
    speed: number(0.001, 1000), showHeldOut: boolean,
    plane: orNull(
      chosenBy<PlaneChoice>("kind", {
        columns: record({ kind: oneOf("columns"), x: text, y: text, at: columnValues }),
        components: record({ kind: oneOf("components") }),
      }),
    ),
    marked: orNull(pair(size)), unit: orNull(pair(integer(0, 1000))), classic: orNull(text),
  }),
});

/** Return a document as it was described, or throw a `Problem` that names the value that it cannot have. */
export function readDoc(value: unknown): Doc {
  const read = doc(value, "doc"), { given, hidden } = read.network;
  // Only a network that was trained elsewhere, whose weights are given, may be wider.
  const wide = given ? -1 : hidden.findIndex(({ units }) => units > MAX_UNITS);
  return wide < 0 ? read : fail(`doc.network.hidden[${wide}].units`);
}
