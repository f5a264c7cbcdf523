"""Does a first network learn, and is it said where it does not? Writes the table of docs/first-networks.md.

For the toy data sets, 4, 8 and 100 hidden units, three activations and five seeds, it trains the network of
``separatrix fit --model network`` with its defaults, and once more with the fixed rate 0.001. What a network
can learn is the best accuracy on new rows of five rates (0.001 to 0.3) and of any epoch up to 2000. A network
has learned if its accuracy on new rows has come nine tenths of the way from guessing to that.

Usage: python tools/first_networks.py [PAGE]
"""

from __future__ import annotations

import sys
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.preprocessing import StandardScaler

from separatrix.cli.fitting import network_settings
from separatrix.data.datasets import TARGET, load_dataset
from separatrix.data.table import Table, split_target
from separatrix.estimators import MLPClassifier

SETS = ("circles", "moons", "spiral", "xor", "checkerboard", "gaussians")
UNITS = (4, 8, 100)
ACTIVATIONS = ("logistic", "tanh", "relu")
SEEDS = range(5)
RATES = (0.001, 0.01, 0.03, 0.1, 0.3)
WAY = 0.9
START, END = "<!-- table -->", "<!-- end of table -->"


def fit(table: Table, **settings: Any) -> MLPClassifier:
    with warnings.catch_warnings(action="ignore"):
        return MLPClassifier(**settings).fit_table(table, TARGET)


def accuracy(network: MLPClassifier, table: Table) -> float:
    rows, y = split_target(table, TARGET)
    return float(np.mean(network.to_model().predict(rows) == y))


def best_accuracy(table: Table, new: Table, **settings: Any) -> float:
    """Return the best accuracy on new rows of five rates and of any epoch up to 2000."""
    (rows, y), (new_rows, new_y) = split_target(table, TARGET), split_target(new, TARGET)
    scaler = StandardScaler().fit(np.column_stack(list(rows.columns.values())))
    X, X_new = (scaler.transform(np.column_stack(list(each.columns.values()))) for each in (rows, new_rows))
    best = 0.0
    for rate in RATES:
        network = MLPClassifier(
            **settings, learning_rate_init=rate, max_iter=2000, n_iter_no_change=2000, dtype="float32"
        )
        with warnings.catch_warnings(action="ignore"):
            network.fit(X, y, X_val=X_new, y_val=new_y)
        best = max(best, float(network.history_.validation_score.max()))
    return best


def run() -> list[str]:
    """Return the lines of the table."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name in SETS:
        table, new = load_dataset(name), load_dataset(name, random_state=2)
        _, y = split_target(table, TARGET)
        guess = float(np.unique(y, return_counts=True)[1].max() / len(y))
        for units in UNITS:
            for activation in ACTIVATIONS:
                for seed in SEEDS:
                    shape = {"hidden_layer_sizes": (units,), "activation": activation, "random_state": seed}
                    can = best_accuracy(table, new, **shape)
                    enough = guess + WAY * (can - guess)
                    kept = counts[name]
                    kept["networks"] += 1
                    for word, rate in (("auto", {}), ("fixed", {"learning_rate_init": 0.001})):
                        network = fit(table, **network_settings(shape | rate, len(y)))
                        has_learned = accuracy(network, new) >= enough
                        kept[f"{word} learned"] += has_learned
                        kept[f"{word} silent"] += not has_learned and not network.diagnosis_.findings
        print(name, dict(counts[name]), flush=True)
    names = ("networks", "fixed learned", "fixed silent", "auto learned", "auto silent")
    rows = [(name, [counts[name][column] for column in names]) for name in SETS]
    rows.append(("**all**", [sum(values[k] for _, values in rows) for k in range(len(names))]))
    head = "| data set | networks | learned at rate 0.001 | of the others, without a finding | "
    head += "learned at the automatic rate | of the others, without a finding |"
    return [head, "|---|---|---|---|---|---|", *(f"| {n} | {' | '.join(map(str, v))} |" for n, v in rows)]


def main() -> None:
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/first-networks.md")
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    table = "\n".join(run())
    page.write_text(f"{before}{START}\n\n{table}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
