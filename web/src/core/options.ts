/** Names and settings that a link and a model file hold, so that none of them may change. */

export type ActivationName =
  | "identity" | "logistic" | "tanh" | "relu" | "leaky_relu" | "elu" | "selu" | "gelu" | "silu" | "softplus" | "mish";
export type HeadName = "binary" | "multiclass" | "multilabel" | "regression" | "quadratic" | "poisson";
export type InitName = "glorot" | "he" | "lecun" | "torch" | "uniform01" | "zeros";
export type OrderName = "shuffle" | "sequential" | "replacement";
export type Task = "classification" | "regression";

export type Optimizer =
  | { readonly name: "sgd"; readonly momentum: number; readonly nesterov: boolean }
  | { readonly name: "adam"; readonly beta1: number; readonly beta2: number; readonly epsilon: number; readonly epsilonHat: boolean }
  | { readonly name: "adamw"; readonly beta1: number; readonly beta2: number; readonly epsilon: number; readonly weightDecay: number }
  | { readonly name: "rmsprop"; readonly rho: number; readonly epsilon: number }
  | { readonly name: "adagrad"; readonly epsilon: number }
  | { readonly name: "lion"; readonly beta1: number; readonly beta2: number; readonly weightDecay: number };
export type OptimizerName = Optimizer["name"];
