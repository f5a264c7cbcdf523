"""What watching costs: validation with early stopping, and recording."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from cases import Case, large_case, loop_cases
from contenders import ours
from sklearn.exceptions import ConvergenceWarning
from timing import interleaved, spread

from separatrix.engine import get_engine
from separatrix.engine.base import Data

TARGETS = {"validation and early stopping": 1.3, 'record="auto"': 1.1}
_FORWARD_ROWS = 200_000  # copies of the validation rows, so that calling the engine costs nothing per row


def measure(quick: bool) -> dict[str, Any]:
    """Return fits with and without, as ratios of medians."""
    return {case.name: _case(case, 3 if quick else 9) for case in _cases()}


def _cases() -> list[Case]:
    by_name = {case.name: case for case in loop_cases()}
    large = large_case()
    medium = replace(
        large, name="4000 rows, 20-64-1", X=large.X[:4000, :20], y=large.y[:4000], hidden=(64,), epochs=100
    )
    return [replace(by_name["circles"], epochs=2000), by_name["moons"], by_name["bumps"], medium]


def _case(case: Case, repeats: int) -> dict[str, Any]:
    X = case.X.astype(np.float32)
    n = len(X) // 4
    X_val, y_val = np.ascontiguousarray(X[:n]), case.y[:n]
    validation = {"X_val": X_val, "y_val": y_val}
    timers = {
        "plain": partial(_fit, case, X, {}, {}),
        "validation and early stopping": partial(_fit, case, X, {"early_stopping": True}, validation),
        'record="auto"': partial(_fit, case, X, {"record": "auto"}, {}),
        "one forward pass over the validation rows": partial(_forward, case, X_val, y_val),
    }
    for timer in timers.values():
        timer()
    times = interleaved(timers, repeats)
    plain, watched, recorded, forward = (median(values) for values in times.values())
    return {
        "network": str(case.network),
        "rows": len(X),
        "validation_rows": n,
        "epochs": case.epochs,
        "repeats": repeats,
        "seconds": {name: spread(values) for name, values in times.items()},
        "ratios": {
            "validation and early stopping": round(watched / (plain + case.epochs * forward), 3),
            'record="auto"': round(recorded / plain, 3),
        },
        "at_most": TARGETS,
    }


def _fit(case: Case, X: np.ndarray, settings: dict[str, Any], validation: dict[str, Any]) -> float:
    clf = ours.estimator(case, case.epochs, "float32", **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        started = perf_counter()
        clf.fit(X, case.y, **validation)
        seconds = perf_counter() - started
    assert clf.n_iter_ == case.epochs, "all epochs must be taken"
    return seconds


def _forward(case: Case, X: np.ndarray, y: np.ndarray) -> float:
    theta = case.network.join(*case.start).astype(np.float32)
    copies = _FORWARD_ROWS // len(X)
    data = Data(np.tile(X, (copies, 1)), np.tile(y[:, np.newaxis], (copies, 1)).astype(np.float32))
    started = perf_counter()
    get_engine("numba").loss_and_score(case.network, theta, data)
    return (perf_counter() - started) / copies
