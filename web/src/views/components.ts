/** Two principal components of the inputs, each in units of its standard deviation, by power iteration on their correlation. */

export interface Components {
  readonly mean: Float64Array;
  /** Standard deviations; 1 of an input that does not vary. */
  readonly scale: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** Share of the variance in both. */
  readonly held: number;
}

export function principalComponents(inputs: Float64Array, nRows: number, nIn: number): Components {
  const mean = new Float64Array(nIn);
  for (let j = 0; j < nIn; j++) mean[j] = inputs.subarray(j * nRows, (j + 1) * nRows).reduce((sum, x) => sum + x, 0) / nRows;
  const covariance = new Float64Array(nIn * nIn), scale = new Float64Array(nIn);
  for (let j = 0; j < nIn; j++)
    for (let k = j; k < nIn; k++) {
      let sum = 0;
      for (let i = 0; i < nRows; i++) sum += (inputs[j * nRows + i]! - mean[j]!) * (inputs[k * nRows + i]! - mean[k]!);
      covariance[j * nIn + k] = covariance[k * nIn + j] = sum / nRows;
    }
  for (let j = 0; j < nIn; j++) scale[j] = Math.sqrt(covariance[j * nIn + j]!) || 1;
  let total = 0;
  for (let j = 0; j < nIn; j++) {
    for (let k = 0; k < nIn; k++) covariance[j * nIn + k] = covariance[j * nIn + k]! / (scale[j]! * scale[k]!);
    total += covariance[j * nIn + j]!;
  }
  const first = leading(covariance, nIn, null);
  const second = leading(covariance, nIn, first.vector);
  return { mean, scale, first: first.vector, second: second.vector, held: total > 0 ? (first.value + second.value) / total : 1 };
}

/** Return the eigenvector of the largest eigenvalue, orthogonal to `without`. */
function leading(matrix: Float64Array, n: number, without: Float64Array | null): { vector: Float64Array; value: number } {
  let vector: Float64Array = Float64Array.from({ length: n }, (_, k) => 1 + 0.37 * ((k * 7) % 5));
  let value = 0;
  for (let round = 0; round < 300; round++) {
    if (without) {
      const along = vector.reduce((sum, x, k) => sum + x * without[k]!, 0);
      vector = vector.map((x, k) => x - along * without[k]!);
    }
    const size = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
    if (size < 1e-300) break;
    vector = vector.map((x) => x / size);
    const next = new Float64Array(n);
    for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) next[j] = next[j]! + matrix[j * n + k]! * vector[k]!;
    value = vector.reduce((sum, x, k) => sum + x * next[k]!, 0);
    if (round === 299 || Math.sqrt(next.reduce((sum, x, k) => sum + (x - value * vector[k]!) ** 2, 0)) <= 1e-12 * Math.abs(value)) break;
    vector = next;
  }
  // The largest loading is positive, so that the plane does not flip.
  const sign = Math.sign(vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0)) || 1;
  return { vector: vector.map((x) => x * sign), value };
}
