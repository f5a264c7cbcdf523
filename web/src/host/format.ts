/** What Python writes into the page; `separatrix.playground.start` has the same names. */

import type { ActivationName } from "../core/types";
import type { DatePart, Described } from "../state/types";

export type Cell = string | number | null;

export interface Column {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly date?: DatePart;
}

/** A column of a model: without the rest, its numbers are inputs as they are. */
export interface ModelColumn extends Column {
  /** Texts of a category. */
  readonly levels?: readonly string[];
  readonly inputs?: readonly string[];
  readonly knots?: readonly number[];
  readonly features?: readonly (readonly number[])[];
  readonly missing?: readonly number[];
}

interface PythonLayer {
  readonly units: number;
  readonly activation: ActivationName;
  readonly use_bias: boolean;
  readonly dropout: number;
}

export type Start = { readonly format: number; readonly name: string; readonly notes: readonly string[] } & (
  | { readonly kind: "toy"; readonly toy: string }
  | { readonly kind: "table"; readonly columns: readonly Column[]; readonly target: string; readonly task: "classification" | "regression" }
  | {
      readonly kind: "model"; readonly columns: readonly ModelColumn[]; readonly target: string; readonly y: readonly number[]; readonly classes: readonly string[] | null;
      readonly network: { readonly layers: readonly PythonLayer[]; readonly head: string }; readonly theta: readonly number[]; readonly described: Described;
    }
);
