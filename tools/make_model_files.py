"""Write model files of every kind, with their predictions, to tests/io/corpus: the corpus of the format.

Run it when the format has changed, with a new prefix, and keep the files that are there:

    python tools/make_model_files.py tests/io/corpus notation
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import separatrix as sx
from separatrix.data import Table

ROWS = 40


def columns() -> dict[str, np.ndarray]:
    """Return the columns that models predict from: numbers, numbers with gaps, and text."""
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=ROWS).round(3), rng.normal(size=ROWS).round(3)
    colour = np.array(["red", "größer", "x=1", None], object)[rng.integers(0, 4, ROWS)]
    return {"x": x, "z": np.where(z > 1.2, np.nan, z), "colour": colour}


def models() -> dict[str, Any]:
    """Return a model of every kind, by name."""
    data = columns()
    y = np.where(data["x"] + (data["colour"] == "red") > 0.3, "yes", "no").astype(object)
    classes = Table({**data, "y": y})
    prices = Table({**data, "price": 1e6 + 3 * data["x"]})
    small = {"hidden_layer_sizes": (3,), "solver": "lbfgs", "random_state": 0, "max_iter": 40}
    X = np.column_stack([data["x"], data["x"] ** 2])
    codes = np.digitize(data["x"], [-0.5, 0.5])
    members = [(str(seed), sx.MLPClassifier((2,), max_iter=5, random_state=seed)) for seed in range(2)]
    tabular = sx.TabularClassifier(presets="fast", random_state=0)
    tabular.fit(pl.DataFrame({name: column.tolist() for name, column in data.items()}), y)
    whole = tabular.to_model()
    periodic = {"hidden_layer_sizes": (3,), "embedding": 2, "random_state": 0, "max_iter": 20}
    return {
        "classes of a table": sx.MLPClassifier(**small).fit_table(classes, "y").to_model(),
        "numbers of a table": sx.MLPRegressor(**small).fit_table(prices, "price").to_model(),
        "three classes": sx.MLPClassifier(**small, dtype="float32").fit(X, codes).to_model(),
        "several labels": sx.MLPClassifier(**small).fit(X, np.c_[codes > 0, codes > 1] * 1).to_model(),
        "ensemble": sx.MLPEnsembleClassifier(members).fit(X, codes).to_model(),
        "tabular": sx.Ensemble(whole.models[:2], [2.0, 1.0], whole.temperature),
        "embedding of a table": sx.MLPClassifier(**periodic).fit_table(classes, "y").to_model(),
        "embedding in an ensemble": sx.MLPEnsembleClassifier(
            [("embedding", sx.MLPClassifier(**periodic)), *members[:1]]
        )
        .fit(X, codes)
        .to_model(),
    }


def rows_of(model: Any) -> Any:
    """Return the rows that a model of the corpus predicts: columns of the table, or two numbers."""
    first = model.models[0] if hasattr(model, "models") else model
    data = columns()
    return data if first.encoder is not None else np.column_stack([data["x"], data["x"] ** 2])


def main(folder: Path, prefix: str) -> None:
    """Write the files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = models()
    for name, model in made.items():
        path = folder / f"{prefix} {name}.safetensors"
        sx.save(model, path)
        path.with_suffix(".json").write_text(json.dumps(np.asarray(model(rows_of(model))).tolist()) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
