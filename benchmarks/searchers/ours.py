"""Separatrix: `ArchitectureSearchCV.fit`, folds, scores, linear baseline and verdict included."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from search_case import Search

from searchers import Prepared, Searched


def prepare(search: Search, n_jobs: int) -> Prepared:
    """Return a search on `n_jobs` threads; drawing the candidates has compiled the kernels."""
    n_folds = len(search.splits)
    assert search.candidates

    def run() -> Searched:
        ours = search.ours(n_jobs)
        started = perf_counter()
        ours.fit(*search.rows)
        seconds = perf_counter() - started
        losses = [-ours.cv_results_[f"split{fold}_test_score"] for fold in range(n_folds)]
        assert (ours.cv_results_["mean_n_epochs"] == ours.estimator.max_iter).all(), "all epochs are taken"
        return Searched(seconds, n_jobs, np.array(losses).T)

    return Prepared(run)
