/** A model as the Python package reads it: `Model.to_dict`, and the header of safetensors. These names are Python's. */

import type { ActivationName, HeadName, InitName } from "../core/types";
import type { Float, Raw } from "./json";

export interface LayerDescription {
  readonly kind: "dense";
  readonly units: number;
  readonly activation: ActivationName;
  readonly use_bias: boolean;
  readonly dropout: Float;
}

export type ColumnDescription =
  | { readonly kind: "numeric"; readonly name: string; readonly fill: Float; readonly mean: Float; readonly scale: Float; readonly indicator: boolean }
  | { readonly kind: "text"; readonly name: string; readonly levels: readonly string[]; readonly missing: boolean; readonly other: boolean };

export interface ModelDescription {
  readonly network: { readonly n_in: number; readonly layers: readonly LayerDescription[]; readonly head: HeadName };
  readonly classes: { readonly dtype: string; readonly labels: readonly (string | number | Float)[] } | Raw | null;
  readonly encoder: { readonly columns: readonly ColumnDescription[]; readonly dropped: object } | Raw | null;
  readonly feature_names: readonly string[] | Raw;
  readonly target_name: string;
  readonly training: { readonly made_with: string; readonly epochs: number; readonly loss: number | null; readonly seed: number; readonly init: InitName };
}

/** Arrays of a safetensors file, by name. */
export interface TensorInfo {
  readonly dtype: "F64";
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export interface FileDescription extends ModelDescription {
  readonly format_version: number;
}

export interface JsonModel extends ModelDescription {
  readonly format: "separatrix-model";
  readonly version: 1;
  readonly weights: readonly { readonly weight: readonly Float64Array[]; readonly bias: Float64Array | null }[];
}
