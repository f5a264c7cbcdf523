/** Optimisers: how a gradient becomes a step, with the formulas of the Python engine. */

import type { Optimizer, OptimizerName } from "./types";

/** The defaults of each optimiser, those of the Python package. */
export const OPTIMIZERS: { readonly [Name in OptimizerName]: Extract<Optimizer, { name: Name }> } = {
  sgd: { name: "sgd", momentum: 0, nesterov: false },
  adam: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, epsilonHat: true },
  adamw: { name: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  rmsprop: { name: "rmsprop", rho: 0.99, epsilon: 1e-8 },
  adagrad: { name: "adagrad", epsilon: 1e-10 },
  lion: { name: "lion", beta1: 0.9, beta2: 0.99, weightDecay: 0 },
};

/** Vectors of the length of `theta` that an optimiser keeps. */
export function nSlots(name: OptimizerName): number {
  return name === "adam" || name === "adamw" ? 2 : 1;
}

/** What an optimiser remembers: its vectors, and beta1 and beta2 to the power of the step. */
export interface Moments {
  readonly slots: readonly Float64Array[];
  power1: number;
  power2: number;
}

export function newMoments(name: OptimizerName, n: number): Moments {
  return { slots: Array.from({ length: nSlots(name) }, () => new Float64Array(n)), power1: 1, power2: 1 };
}

/** Move `theta` by one step. */
export function takeStep(optimizer: Optimizer, rate: number, theta: Float64Array, g: Float64Array, moments: Moments): void {
  switch (optimizer.name) {
    case "sgd":
      return sgd(optimizer.momentum, optimizer.nesterov, rate, theta, g, moments.slots[0]);
    case "adam":
    case "adamw":
      return adam(optimizer, rate, theta, g, moments);
    case "rmsprop":
      return rmsprop(optimizer.rho, optimizer.epsilon, rate, theta, g, moments.slots[0]);
    case "adagrad":
      return adagrad(optimizer.epsilon, rate, theta, g, moments.slots[0]);
    case "lion":
      return lion(optimizer, rate, theta, g, moments.slots[0]);
  }
}

function sgd(momentum: number, nesterov: boolean, rate: number, theta: Float64Array, g: Float64Array, v: Float64Array): void {
  for (let i = 0; i < theta.length; i++) {
    v[i] = momentum * v[i] - rate * g[i];
    theta[i] += nesterov ? momentum * v[i] - rate * g[i] : v[i];
  }
}

function adam(
  optimizer: Extract<Optimizer, { name: "adam" | "adamw" }>, rate: number, theta: Float64Array, g: Float64Array, moments: Moments,
): void {
  const { beta1, beta2 } = optimizer;
  const [m, v] = moments.slots;
  moments.power1 *= beta1;
  moments.power2 *= beta2;
  const root = Math.sqrt(1 - moments.power2);
  const size = (rate * root) / (1 - moments.power1);
  const decay = optimizer.name === "adamw" ? rate * optimizer.weightDecay : 0;
  const epsilon = optimizer.name === "adam" && optimizer.epsilonHat ? optimizer.epsilon : optimizer.epsilon * root;
  for (let i = 0; i < theta.length; i++) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * (g[i] * g[i]);
    theta[i] -= decay * theta[i];
    theta[i] -= (size * m[i]) / (Math.sqrt(v[i]) + epsilon);
  }
}

function rmsprop(rho: number, epsilon: number, rate: number, theta: Float64Array, g: Float64Array, v: Float64Array): void {
  for (let i = 0; i < theta.length; i++) {
    v[i] = rho * v[i] + (1 - rho) * (g[i] * g[i]);
    theta[i] -= (rate * g[i]) / (Math.sqrt(v[i]) + epsilon);
  }
}

function adagrad(epsilon: number, rate: number, theta: Float64Array, g: Float64Array, v: Float64Array): void {
  for (let i = 0; i < theta.length; i++) {
    v[i] += g[i] * g[i];
    theta[i] -= (rate * g[i]) / (Math.sqrt(v[i]) + epsilon);
  }
}

function lion(
  { beta1, beta2, weightDecay }: Extract<Optimizer, { name: "lion" }>, rate: number,
  theta: Float64Array, g: Float64Array, m: Float64Array,
): void {
  for (let i = 0; i < theta.length; i++) {
    theta[i] -= rate * (sign(beta1 * m[i] + (1 - beta1) * g[i]) + weightDecay * theta[i]);
    m[i] = beta2 * m[i] + (1 - beta2) * g[i];
  }
}

export function sign(x: number): number {
  return x > 0 ? 1 : x < 0 ? -1 : x;
}
