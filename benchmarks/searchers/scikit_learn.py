"""scikit-learn's grid search over its own multilayer perceptron, on all cores."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from time import perf_counter

import numpy as np
from joblib import cpu_count
from search_case import TRAINING, Array, Params, Search
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier

from searchers import Prepared, Searched


def prepare(search: Search) -> Prepared:
    """Return the call of `GridSearchCV.fit`; its worker processes are there by then."""
    shortest = MLPClassifier(**(TRAINING | {"max_iter": 1}))
    _fit(shortest, search, search.candidates)

    def run() -> Searched:
        started = perf_counter()
        losses = _fit(MLPClassifier(**TRAINING), search, search.candidates)
        return Searched(perf_counter() - started, cpu_count(), losses)

    return Prepared(run)


def _fit(network: MLPClassifier, search: Search, candidates: Sequence[Params]) -> Array:
    grid = GridSearchCV(
        network,
        [{name: [value] for name, value in params.items()} for params in candidates],
        cv=search.splits,
        scoring="neg_log_loss",
        refit=False,
        n_jobs=-1,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grid.fit(*search.rows)
    return np.array([-grid.cv_results_[f"split{fold}_test_score"] for fold in range(len(search.splits))]).T
