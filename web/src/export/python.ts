/** The trained network as a Python script that needs only NumPy. */

import type { ActivationName, HeadName } from "../core/types";
import type { InputColumn, Session } from "../state/types";
import { floatText } from "./json";
import { matrixOf, modelOf } from "./model";

const FUNCTIONS: Readonly<Record<ActivationName, string>> = {
  identity: "z",
  logistic: "1 / (1 + np.exp(-z))",
  tanh: "np.tanh(z)",
  relu: "np.maximum(z, 0)",
  leaky_relu: "np.where(z > 0, z, 0.01 * z)",
  elu: "np.where(z > 0, z, np.expm1(np.minimum(z, 0)))",
  selu: "1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0)))",
  gelu: "z * (1 + np.vectorize(math.erf)(z / math.sqrt(2))) / 2",
  silu: "z / (1 + np.exp(-z))",
  softplus: "np.logaddexp(0, z)",
  mish: "z * np.tanh(np.logaddexp(0, z))",
};

/** Probability of each class, or the predicted number, from the logits. */
const OUTPUTS: Readonly<Record<HeadName, string>> = {
  binary: "p = 1 / (1 + np.exp(-z))\n    return np.hstack([1 - p, p])",
  quadratic: "p = 1 / (1 + np.exp(-z))\n    return np.hstack([1 - p, p]) if p.shape[1] == 1 else p / p.sum(axis=1, keepdims=True)",
  multilabel: "return 1 / (1 + np.exp(-z))",
  multiclass: "e = np.exp(z - z.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1, keepdims=True)",
  regression: "return z[:, 0]",
  poisson: "return np.exp(z[:, 0])",
};

const EXAMPLES = 5;

/** Return the script; run, it predicts the first rows and compares them with what the page computed. */
export function pythonCode(session: Session): string {
  const { network, dataset } = session;
  const { layers } = modelOf(session);
  const used = [...new Set(network.layers.map(({ activation }) => activation))];
  const { columns, classNames, classNumbers } = dataset, coded = columns.some(({ code }) => code);
  const classes = classNames.length === 0 ? "" : `CLASSES = ${JSON.stringify(classNumbers ?? classNames)}\n`;
  return `"""A neural network from the Separatrix playground, in NumPy. It predicts ${describe(session)}."""

${used.includes("gelu") ? "import math\n\n" : ""}import numpy as np

# The columns of a row: a name, and how its value becomes inputs of the network.
COLUMNS = [
${columns.map((column) => columnCode(column, coded)).join("\n")}
]
${classes}
# Weights (inputs x outputs) and biases of each layer, and its activation.
LAYERS = [
${layers.map((layer, l) => `    (\n        np.array(${matrixCode(matrixOf(layer))}),\n        np.array(${listCode(layer.bias ?? new Float64Array(layer.nOut))}),\n        "${network.layers[l]!.activation}",\n    ),`).join("\n")}
]

ACTIVATIONS = {
${used.map((name) => `    "${name}": lambda z: ${FUNCTIONS[name]},`).join("\n")}
}


def encode(rows):
    """Return rows, each a list with a value for each column, as inputs of the network."""
    inputs = []
    for row in rows:
        values = []
        for (_, mean, scale, levels${coded ? ", knots, features" : ""}), value in zip(COLUMNS, row):
            ${coded ? `if features:
                place = levels.index(value) if levels else value
                values += [np.interp(place, knots, feature) for feature in features]
            elif` : "if"} levels:
                values += [float(value == level) for level in levels]
            else:
                values.append((value - mean) / scale)
        inputs.append(values)
    return np.array(inputs, dtype=float)


def predict(rows):
    """Return ${classNames.length === 0 ? "the number that is predicted for each row" : "the probability of each class for each row"}."""
    z = encode(rows)
    for weight, bias, activation in LAYERS:
        z = ACTIVATIONS[activation](z @ weight + bias)
    ${OUTPUTS[network.head]}


${exampleCode(session)}`;
}

function describe({ dataset }: Session): string {
  const name = JSON.stringify(dataset.targetName).slice(1, -1).replaceAll('"', "'");
  return `'${name}' from ${dataset.columns.length} column${dataset.columns.length === 1 ? "" : "s"}`;
}

function columnCode({ name, kind, mean, scale, levels, code }: InputColumn, coded: boolean): string {
  const list = kind === "category" ? `[${levels.map((level) => JSON.stringify(level)).join(", ")}]` : "[]";
  const table = !coded ? "" : code ? `, [${code.knots.map(floatText).join(", ")}], [${code.features.map((at) => `[${at.map(floatText).join(", ")}]`).join(", ")}]` : ", [], []";
  return `    (${JSON.stringify(name)}, ${floatText(mean)}, ${floatText(scale)}, ${list}${table}),`;
}

function listCode(values: Float64Array): string {
  return `[${Array.from(values, floatText).join(", ")}]`;
}

function matrixCode(rows: readonly Float64Array[]): string {
  return `[\n${rows.map((row) => `            ${listCode(row)},`).join("\n")}\n        ]`;
}

function exampleCode(session: Session): string {
  const { dataset } = session;
  const { columns, inputs, nRows, nIn } = dataset;
  const rows: string[] = [];
  const expected: string[] = [];
  for (let i = 0; i < nRows && rows.length < EXAMPLES; i++) {
    if (columns.some(({ kind, values }) => !(kind === "number" ? !Number.isNaN(values[i]!) : values[i]! >= 0))) continue;
    const cells = columns.map(({ kind, levels, values }) =>
      kind === "number" ? floatText(values[i]!) : JSON.stringify(levels[values[i]!]),
    );
    const { outputs } = session.trace(Float64Array.from({ length: nIn }, (_, j) => inputs[j * nRows + i]!));
    rows.push(`        [${cells.join(", ")}],`);
    expected.push(dataset.classNames.length === 0 ? floatText(outputs[0]!) : `[${outputs.map(floatText).join(", ")}]`);
  }
  return `if __name__ == "__main__":
    rows = [
${rows.join("\n")}
    ]
    # What the page computed for these rows.
    expected = [
${expected.map((line) => `        ${line},`).join("\n")}
    ]
    print(predict(rows))
    assert np.allclose(predict(rows), expected, rtol=1e-9, atol=1e-12)
`;
}
