"""Print one digest of several trainings, for each way that is named: here, threads, loky, fork, dask.

The tests run it as a script, so that workers get its functions by value. The ways of one thread are named
together, as imports take several times as long as a digest.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
import warnings
from typing import Any

import joblib
import numpy as np

from separatrix import ArchitectureSearchCV, MLPClassifier, MLPRegressor, TabularClassifier
from separatrix.network.optimizers import OPTIMIZERS

N_JOBS = int(os.environ.get("OMP_NUM_THREADS", "3"))


def digest(n_jobs: int = 1) -> str:
    """Return a digest of what a few trainings of every kind end with."""
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    y = X[:, 0] * X[:, 1] + X[:, 2]
    found = hashlib.sha256()
    for dtype in ("float32", "float64"):
        for solver in OPTIMIZERS:
            settings: dict[str, Any] = {"solver": solver, "dtype": dtype, "max_iter": 8, "random_state": 0}
            found.update(MLPRegressor(hidden_layer_sizes=(70, 5), **settings).fit(X, y).theta_.tobytes())
        stopped = MLPClassifier(
            (9,), early_stopping=True, dropout=0.2, max_iter=8, dtype=dtype, random_state=0
        )
        found.update(stopped.fit(X, y > 0).predict_proba(X).tobytes())
    search = ArchitectureSearchCV(
        MLPClassifier(max_iter=8),
        [(), (5,), (5, 5)],
        {"alpha": [1e-4, 1.0]},
        cv=3,
        n_jobs=n_jobs,
        random_state=0,
    )
    found.update(np.ascontiguousarray(search.fit(X, y > 0).cv_results_["mean_test_score"]).tobytes())
    tabular = TabularClassifier(cv=2, n_jobs=n_jobs, random_state=0)
    found.update(tabular.fit(X, y > 0).predict_proba(X).tobytes())
    return found.hexdigest()


def here() -> list[str]:
    return [digest(N_JOBS)]


def threads() -> list[str]:
    with joblib.parallel_config("threading"):
        return list(joblib.Parallel(n_jobs=N_JOBS)(joblib.delayed(digest)() for _ in range(N_JOBS)))


def loky() -> list[str]:
    """Train in a worker; the one without work imports little."""
    return list(joblib.Parallel(n_jobs=2)(joblib.delayed(digest)() for _ in range(1)))


def fork() -> list[str]:
    """Train in a child that is forked after the training here."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return [pool.apply(digest)]


def dask() -> list[str]:
    """Train twice at once in a worker of two threads."""
    import distributed

    local = distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=":0")
    with local as cluster, distributed.Client(cluster) as client:
        return list(client.gather([client.submit(digest, pure=False) for _ in range(2)]))


if __name__ == "__main__":
    for way in sys.argv[1:]:
        print(way, *globals()[way]())
