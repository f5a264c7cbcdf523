"""How good predictions are on ordinary tables: TabularClassifier and TabularRegressor beside their peers.

Every model has its defaults. The tables are the CSV files of a folder, with the target in the column target;
an optional `tables.json` there lists, for each table, its `categorical_columns` (else those with text).

    python benchmarks/quality.py FOLDER                     # classes
    python benchmarks/quality.py FOLDER --task regression   # numbers
    python benchmarks/quality.py FOLDER --models line,hgb   # only some
    python benchmarks/quality.py --show quality.csv         # the mean ranks, as in docs/quality.md
    python benchmarks/quality.py FOLDER --make              # write scikit-learn's tables to FOLDER

A quarter of each table is held out (stratified by class), with several seeds; training rows are cut to
15 000. Fits that the result file has already are not repeated, so that peers may run in another environment.
A peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import warnings
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import ShuffleSplit, StratifiedShuffleSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FIELDS = ["task", "table", "model", "seed", "n_train", "n_test", "log_loss", "auc", "accuracy", "brier"]
FIELDS += ["calibration_error", "rmse", "r2", "fit_s", "cpu_s", "predict_s"]
RANKED = {
    "classification": ["log_loss", "auc", "accuracy", "brier", "calibration_error"],
    "regression": ["rmse"],
}
HIGHER_IS_BETTER = {"auc", "accuracy", "r2"}
MISSING = "(missing)"

Frame = pd.DataFrame
Model = Callable[[int, int, list[str]], Any]
"""Takes a seed, a number of threads and the names of the columns of text; returns an estimator."""


def _of(module: str, name: str, **parameters: Any) -> Model:
    """Return a maker of an estimator of a library, which is imported when it is needed."""

    def make(seed: int, n_threads: int, text: list[str]) -> Any:
        kind = getattr(import_module(module), name)
        own = {"seed": seed, "threads": n_threads, "text": text}
        return kind(
            **{
                key: own.get(value, value) if isinstance(value, str) else value
                for key, value in parameters.items()
            }
        )

    return make


def _models(task: str) -> dict[str, tuple[str, Model]]:
    """Return each model's name, the kind of input that it takes, and its maker."""
    kind = "Classifier" if task == "classification" else "Regressor"
    models = {
        "separatrix": (
            "frame",
            _of("separatrix.tabular", f"Tabular{kind}", random_state="seed", n_jobs="threads"),
        ),
        "forest": (
            "array",
            _of(
                "sklearn.ensemble",
                f"RandomForest{kind}",
                n_estimators=300,
                random_state="seed",
                n_jobs="threads",
            ),
        ),
        "hgb": (
            "frame",
            _of(
                "sklearn.ensemble",
                f"HistGradientBoosting{kind}",
                categorical_features="from_dtype",
                random_state="seed",
            ),
        ),
        "mlp": ("array", _of("sklearn.neural_network", f"MLP{kind}", random_state="seed")),
        "lightgbm": (
            "frame",
            _of("lightgbm", f"LGBM{kind}", random_state="seed", n_jobs="threads", verbose=-1),
        ),
        "xgboost": (
            "frame",
            _of("xgboost", f"XGB{kind}", random_state="seed", n_jobs="threads", enable_categorical=True),
        ),
        "catboost": (
            "text",
            _of(
                "catboost",
                f"CatBoost{kind}",
                random_seed="seed",
                thread_count="threads",
                cat_features="text",
                verbose=False,
                allow_writing_files=False,
            ),
        ),
        "realmlp": (
            "filled",
            _of(
                "pytabkit",
                f"RealMLP_TD_{kind}",
                device="cpu",
                random_state="seed",
                n_cv=1,
                n_threads="threads",
                verbosity=0,
            ),
        ),
    }
    if task == "classification":
        return {**models, "line": ("array", _of("sklearn.linear_model", "LogisticRegression", max_iter=2000))}
    return {
        **models,
        "ridge": ("array", _of("sklearn.linear_model", "RidgeCV", alphas=np.logspace(-3, 3, 13))),
    }


# Tables.


def read_table(path: Path, task: str) -> tuple[Frame, Any, list[str]]:
    """Return the columns, the target (classes as whole numbers), and the names of the columns of text."""
    known = path.parent / "tables.json"
    about = json.loads(known.read_text()).get(path.stem, {}) if known.exists() else {}
    named = about.get("categorical_columns")
    frame = pd.read_csv(
        path,
        keep_default_na=False,
        na_values=[""],
        dtype=None if named is None else dict.fromkeys(named, str),
    )
    target = frame.pop("target")
    text = (
        named
        if named is not None
        else [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    )
    numeric = [name for name in frame if name not in text]
    frame[numeric] = frame[numeric].astype("float64")
    y = (
        target.to_numpy("float64")
        if task == "regression"
        else np.unique(target.astype(str), return_inverse=True)[1]
    )
    return frame, y, text


def split(X: Frame, y: Any, task: str, seed: int, most_rows: int) -> tuple[Any, Any]:
    """Return the numbers of the training and the test rows."""
    kind = StratifiedShuffleSplit if task == "classification" else ShuffleSplit
    train, test = next(kind(1, test_size=0.25, random_state=seed).split(X, y))
    if len(train) > most_rows:
        classes = y[train] if task == "classification" else None
        train, _ = train_test_split(train, train_size=most_rows, stratify=classes, random_state=seed)
    return train, test


def as_input(kind: str, train: Frame, test: Frame, text: list[str]) -> tuple[Any, Any]:
    """Return training and test rows as a kind of model takes them."""
    train, test = train.reset_index(drop=True), test.reset_index(drop=True)
    if kind == "array":
        numeric = [name for name in train if name not in text]
        steps = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
        one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, drop="if_binary")
        encode = ColumnTransformer([("numbers", steps, numeric), ("text", one_hot, text)])
        parts = [
            part.assign(**{name: part[name].astype(object).fillna(MISSING) for name in text})
            for part in (train, test)
        ]
        return encode.fit_transform(parts[0]), encode.transform(parts[1])
    for name in text:
        seen = sorted(train[name].dropna().unique())
        for part in (train, test):
            values = part[name].astype(object).where(part[name].isin(seen))
            if kind == "frame":
                part[name] = values.astype(pd.CategoricalDtype(seen))
            else:
                filled = values.where(values.notna(), MISSING).astype(str)
                part[name] = filled if kind == "text" else pd.Categorical(filled, categories=[*seen, MISSING])
    if kind == "filled":
        medians = train.median(numeric_only=True).fillna(0.0)
        train, test = train.fillna(medians), test.fillna(medians)
    return train, test


# Scores.


def class_scores(y: Any, p: Any) -> dict[str, float]:
    """Return the scores of probabilities."""
    from sklearn.metrics import roc_auc_score

    k, answer, rows = p.shape[1], p.argmax(axis=1), np.arange(len(y))
    auc = roc_auc_score(y, p[:, 1]) if k == 2 else np.mean([roc_auc_score(y == c, p[:, c]) for c in range(k)])
    bounded = np.clip(p, 1e-7, 1 - 1e-7)
    losses = -np.log(bounded[rows, y] / bounded.sum(axis=1))
    bins = np.minimum((p.max(axis=1) * 15).astype(int), 14)
    gaps = [
        (bins == b).mean() * abs((answer == y)[bins == b].mean() - p.max(axis=1)[bins == b].mean())
        for b in set(bins)
    ]
    brier = ((p - np.eye(k)[y]) ** 2).sum(axis=1).mean() / (2 if k == 2 else 1)
    scores = {"log_loss": losses.mean(), "auc": auc, "accuracy": (answer == y).mean(), "brier": brier}
    return {**scores, "calibration_error": sum(gaps)}


def number_scores(y: Any, prediction: Any) -> dict[str, float]:
    """Return the scores of numbers."""
    rmse = float(np.sqrt(np.mean((y - prediction) ** 2)))
    return {"rmse": rmse, "r2": 1 - rmse**2 / float(np.var(y))}


# Running and showing.


@lru_cache
def warm_up(model: tuple[str, Model], task: str) -> None:
    """Fit a model once, so that imports and compilation are not in the first time."""
    kind, make = model
    X = pd.DataFrame({"a": np.arange(60.0), "b": ["x", "y", "z"] * 20})
    y = np.arange(60) % 2 if task == "classification" else np.arange(60.0)
    make(0, 1, ["b"]).fit(as_input(kind, X.copy(), X.copy(), ["b"])[0], y)


def fit_and_score(path: Path, task: str, model: tuple[str, Model], seed: int, options: Any) -> dict[str, Any]:
    """Return one row of the result file."""
    warm_up(model, task)
    X, y, text = read_table(path, task)
    train, test = split(X, y, task, seed, options.most_rows)
    kind, make = model
    train_X, test_X = as_input(kind, X.iloc[train].copy(), X.iloc[test].copy(), text)
    estimator = make(seed, options.threads, text)
    started, cpu_started = perf_counter(), sum(os.times()[:2])
    estimator.fit(train_X, y[train])
    fitted, cpu = perf_counter(), sum(os.times()[:2]) - cpu_started
    if task == "classification":
        p = np.asarray(estimator.predict_proba(test_X), np.float64)
        scores = class_scores(y[test], p / p.sum(axis=1, keepdims=True))
    else:
        scores = number_scores(y[test], np.asarray(estimator.predict(test_X), np.float64).ravel())
    times = {"fit_s": fitted - started, "cpu_s": cpu, "predict_s": perf_counter() - fitted}
    facts = {"task": task, "table": path.stem, "seed": seed, "n_train": len(train), "n_test": len(test)}
    return {**facts, **{name: round(float(value), 6) for name, value in (scores | times).items()}}


def run(options: Any) -> None:
    """Fit all models on all tables, and append each result to the file."""
    done = set()
    if options.out.exists():
        done = {(row["table"], row["model"], row["seed"]) for row in csv.DictReader(options.out.open())}
    else:
        options.out.write_text(",".join(FIELDS) + "\n")
    models = _models(options.task)
    for path in sorted(options.folder.glob("*.csv"), key=lambda path: path.stat().st_size):
        n_rows = sum(1 for _ in path.open()) - 1
        n_seeds = options.seeds if n_rows <= 2500 else -(-options.seeds * 2 // 3) if n_rows <= 10_000 else 1
        for seed in range(n_seeds):
            for name in options.models.split(",") if options.models else models:
                if (path.stem, name, str(seed)) in done:
                    continue
                try:
                    result = fit_and_score(path, options.task, models[name], seed, options)
                except ModuleNotFoundError as error:
                    print(f"{name} is left out: {error}", flush=True)
                    continue
                with options.out.open("a", newline="") as file:
                    csv.DictWriter(file, FIELDS).writerow({"model": name, **result})
                print(name, *result.values(), flush=True)


def show(path: Path) -> None:
    """Print mean ranks over the tables, of the splits that every model has, and scores of each table."""
    rows = pd.read_csv(path)
    for task, of_task in rows.groupby("task"):
        n_models = of_task.model.nunique()
        whole = of_task[of_task.groupby(["table", "seed"]).model.transform("nunique") == n_models]
        n_splits, n_tables = len(whole) // n_models, whole.table.nunique()
        print(f"\n{task}: {n_splits} splits of {n_tables} tables on which all {n_models} models were run\n")
        means = whole.groupby(["table", "model"])[[*RANKED[task], "fit_s", "cpu_s"]].mean().reset_index()
        ranks = {}
        for score in RANKED[task]:
            wide = means.pivot(index="table", columns="model", values=score)
            ranks[f"rank {score}"] = wide.rank(axis=1, ascending=score not in HIGHER_IS_BETTER).mean()
        table = pd.DataFrame(ranks)
        if task == "classification":
            table["calibration error"] = means.groupby("model").calibration_error.mean()
        table["fit, s (geometric mean)"] = means.groupby("model").fit_s.apply(
            lambda s: np.exp(np.log(s).mean())
        )
        print(table.sort_values(table.columns[0]).round(3).to_string())
        print("\n" + means.pivot(index="table", columns="model", values=RANKED[task][0]).round(4).to_string())


def make_tables(folder: Path, task: str) -> None:
    """Write the tables that scikit-learn has or draws."""
    from sklearn import datasets

    folder.mkdir(parents=True, exist_ok=True)
    if task == "classification":
        bunches = {
            name: getattr(datasets, f"load_{name}")() for name in ("breast_cancer", "digits", "iris", "wine")
        }
        tables = {name: (bunch.data, bunch.target, bunch.feature_names) for name, bunch in bunches.items()}
    else:
        diabetes = datasets.load_diabetes()
        tables = {"diabetes": (diabetes.data, diabetes.target, diabetes.feature_names)}
        for number in (1, 2, 3):
            make = getattr(datasets, f"make_friedman{number}")
            X, y = make(1000, noise=1.0 if number < 3 else 0.1, random_state=0)
            tables[f"friedman{number}"] = (X, y, [f"x{i}" for i in range(X.shape[1])])
    for name, (X, y, columns) in tables.items():
        pd.DataFrame(X, columns=columns).assign(target=y).to_csv(folder / f"{name}.csv", index=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", help="folder of CSV files with a column `target`")
    parser.add_argument("--task", choices=("classification", "regression"), default="classification")
    parser.add_argument("--models", default="", help="names, with commas; by default all that are installed")
    parser.add_argument(
        "--seeds", type=int, default=3, help="splits of a table of up to 2500 rows; larger ones have fewer"
    )
    parser.add_argument("--most-rows", type=int, default=15_000, help="training rows are cut to this number")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("quality.csv"), help="results, one row for each fit")
    parser.add_argument("--show", type=Path, help="print the mean ranks of a result file")
    parser.add_argument("--make", action="store_true", help="write scikit-learn's tables to the folder")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    if options.show:
        show(options.show)
    elif options.folder is None:
        parser.error("give a folder of tables, or --show and a result file")
    elif options.make:
        make_tables(options.folder, options.task)
    else:
        run(options)


if __name__ == "__main__":
    main()
