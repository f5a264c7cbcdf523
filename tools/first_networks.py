"""Does a first network learn, and is it said where it does not? Writes the table of docs/first-networks.md.

For the toy data sets, 4, 8 and 100 hidden units, three activations and five seeds, it trains the network of
``separatrix fit --model network`` with its defaults, and once more with the fixed rate 0.001 and a single
training. It compares both with five networks of the same first weights, at rates from 0.001 to 0.3.

Usage: nice python tools/first_networks.py [PAGE]    (some three minutes of one core)
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import sys
import warnings
from collections import Counter
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from separatrix.cli.fitting import network_settings
from separatrix.data.datasets import RANDOM, TARGET, load_dataset
from separatrix.data.table import Table, split_target
from separatrix.estimators import MLPClassifier

SETS = ("circles", "moons", "spiral", "xor", "checkerboard", "gaussians", "ten-points", "bumps")
UNITS = (4, 8, 100)
ACTIVATIONS = ("logistic", "tanh", "relu")
SEEDS = range(5)
RATES = (0.001, 0.01, 0.03, 0.1, 0.3)
EPOCHS, RECORDED = 2000, 20  # the last epoch, and every how many one is looked at on new rows
WAY = 0.9
OTHER_ROWS = 100_000  # for the best possible rule
START, END = "<!-- table -->", "<!-- end of table -->"

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Problem:
    """A data set: its table, another one of the same kind if it is drawn, and what the best rule knows."""

    table: Table
    other: Table | None
    guess: float
    best_rule: float

    @classmethod
    def named(cls, name: str) -> Problem:
        table = load_dataset(name)
        X, y = arrays(table)
        guess = float(np.unique(y, return_counts=True)[1].max() / len(y))
        if name not in RANDOM:
            return cls(table, None, guess, 1.0)
        many = [arrays(load_dataset(name, random_state=100 + k)) for k in range(-(-OTHER_ROWS // len(y)))]
        rule = KNeighborsClassifier(50).fit(
            np.vstack([X for X, _ in many]), np.concatenate([y for _, y in many])
        )
        return cls(table, load_dataset(name, random_state=2), guess, float(rule.score(X, y)))

    def enough(self, can: float) -> float:
        """Return the accuracy that is nine tenths of the way from guessing to what can be learned."""
        return self.guess + WAY * (can - self.guess) - 1e-9


def arrays(table: Table) -> tuple[Array, Array]:
    rows, y = split_target(table, TARGET)
    return np.column_stack(list(rows.columns.values())), np.asarray(y)


def accuracy(network: MLPClassifier, table: Table) -> float:
    rows, y = split_target(table, TARGET)
    return float(np.mean(network.to_model().predict(rows) == y))


def best_of_rates(problem: Problem, shape: dict[str, Any]) -> tuple[float, float]:
    """Return the best accuracy on the rows given after 2000 epochs, and on new rows after any 20 of them."""
    X, y = arrays(problem.table)
    scaler = StandardScaler().fit(X)
    given, new = 0.0, 0.0
    for rate in RATES:
        network = MLPClassifier(
            **shape,
            learning_rate_init=rate,
            max_iter=EPOCHS,
            n_iter_no_change=EPOCHS,
            dtype="float32",
            record=RECORDED,
        )
        network.fit(scaler.transform(X), y)
        given = max(given, float(network.score(scaler.transform(X), y)))
        if problem.other is not None:
            X_new, y_new = arrays(problem.other)
            last, inputs = network.to_model(), scaler.transform(X_new)
            models = map(last.with_theta, network.recording_.thetas)
            new = max(new, *(float(np.mean(model.predict(inputs) == y_new)) for model in models))
    return given, new


def counts_of(name: str) -> Counter[str]:
    problem, counts = Problem.named(name), Counter[str]()
    for units, activation, seed in product(UNITS, ACTIVATIONS, SEEDS):
        shape = {"hidden_layer_sizes": (units,), "activation": activation, "random_state": seed}
        given, new = best_of_rates(problem, shape)
        enough, enough_new = problem.enough(min(given, problem.best_rule)), problem.enough(new)
        counts["networks"] += 1
        fixed = {"learning_rate_init": 0.001}
        for word, settings in (("auto", {}), ("fixed", fixed)):
            network = MLPClassifier(**network_settings(shape | settings, problem.table.n_rows))
            network.fit_table(problem.table, TARGET)
            has_learned = accuracy(network, problem.table) >= enough
            counts[f"{word} learned"] += has_learned
            counts[f"{word} silent"] += not has_learned and not network.diagnosis_.findings
            counts[f"{word} trainings"] += network.n_trainings_
            if problem.other is not None:
                counts[f"{word} new"] += accuracy(network, problem.other) >= enough_new
    return counts


def run() -> list[str]:
    """Return the lines of the table."""
    columns = ("networks", "fixed learned", "fixed silent", "auto learned", "auto silent")
    heads = ("data set", "networks", "learned at rate 0.001", "of the others, without a finding")
    heads += ("learned by default", "of the others, without a finding", "trainings, mean")
    heads += ("on new rows, rate 0.001", "on new rows, default")
    head = f"| {' | '.join(heads)} |"
    lines, all_counts = [head, "|" + "---|" * 9], Counter[str]()
    n_drawn = 0
    for name in (*SETS, "**all**"):
        if name in SETS:
            counts = counts_of(name)
            all_counts += counts
            n_drawn += counts["networks"] if name in RANDOM else 0
            print(name, dict(counts), flush=True)
        else:
            counts = all_counts
        cells = [str(counts[column]) for column in columns]
        cells.append(f"{counts['auto trainings'] / counts['networks']:.1f}")
        is_drawn = name not in SETS or name in RANDOM
        news = [str(counts[f"{word} new"]) if is_drawn else "" for word in ("fixed", "auto")]
        if name not in SETS:
            news = [f"{text} of {n_drawn}" for text in news]
        lines.append(f"| {name} | {' | '.join([*cells, *news])} |")
    return lines


def main() -> None:
    warnings.simplefilter("ignore")
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/first-networks.md")
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    table = "\n".join(run())
    page.write_text(f"{before}{START}\n\n{table}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
