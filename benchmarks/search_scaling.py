"""How a search grows with cores, rows and units, what it spends outside kernels, and what its store costs."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from joblib import cpu_count
from search_case import ARCHITECTURES, SPACE, Search, equal_shapes
from timing import interleaved, spread

N_CORES = cpu_count()
CORES_TARGET = 0.9  # of the speed that all cores together could have: 1.8 with two
OUTSIDE_TARGET = 0.1  # of the time, where a training takes more than
LONG_SECONDS = 0.005
TRIAL_RATES = 20  # networks by which the size of a search is found
MAX_RATES = 1000
_KERNELS = """SELECT SUM(training_seconds), AVG(training_seconds) FILTER (WHERE candidate >= 0) FROM trials"""


def measure(quick: bool) -> dict[str, Any]:
    """Return searches of many sizes: the mixed one on one and on all cores, others on all."""
    repeats, seconds = (1, 0.2) if quick else (2, 3.0)
    widths = (1, 8, 64) if quick else (1, 2, 4, 8, 16, 32, 64, 128, 256)
    rows = (100, 1000) if quick else (100, 1000, 10_000)
    mixed = Search(ARCHITECTURES, SPACE, len(ARCHITECTURES) * (1 if quick else 5))
    searches = {f"{n} rows, 2-8-1": _lasting(seconds, 8, n) for n in rows}
    searches |= {f"1000 rows, 2-{n}-1": _lasting(seconds, n, 1000) for n in widths if n != 8}
    return {
        "cores": _cores(mixed, repeats),
        "searches": {name: _with_and_without_store(search, repeats) for name, search in searches.items()},
    }


def _lasting(seconds: float, width: int, n_rows: int) -> Search:
    """Return a search that keeps all cores busy for about so long."""
    search = equal_shapes((width,), "tanh", TRIAL_RATES, n_rows)
    _seconds(search, N_CORES)
    rates = TRIAL_RATES * seconds / _seconds(search, N_CORES)
    return equal_shapes((width,), "tanh", int(np.clip(rates, TRIAL_RATES, MAX_RATES)), n_rows)


def _cores(search: Search, repeats: int) -> dict[str, Any]:
    numbers = sorted({1, N_CORES})
    timers = {str(n_jobs): partial(_seconds, search, n_jobs) for n_jobs in numbers}
    times = interleaved(timers, repeats)
    one, every = (median(times[str(n_jobs)]) for n_jobs in (1, N_CORES))
    return {
        "candidates": search.n_candidates,
        "repeats": repeats,
        "seconds": {name: spread(values) for name, values in times.items()},
        "times_quicker": round(one / every, 2),
        "at_least": CORES_TARGET * N_CORES,
    }


def _with_and_without_store(search: Search, repeats: int) -> dict[str, Any]:
    kernels: list[tuple[float, float]] = []  # of each run: share of the time, and seconds of a network

    def stored() -> float:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "store.sqlite"
            seconds = _seconds(search, N_CORES, path)
            with closing(sqlite3.connect(path)) as connection:
                total, each = connection.execute(_KERNELS).fetchone()
        kernels.append((total / (N_CORES * seconds), each))
        return seconds

    times = interleaved({"plain": partial(_seconds, search, N_CORES), "with a store": stored}, repeats)
    plain, with_store = (median(values) for values in times.values())
    share, each = (median(values) for values in zip(*kernels, strict=True))
    n_trainings = len(search.candidates) * len(search.splits)
    target = {"at_most": OUTSIDE_TARGET} if each > LONG_SECONDS else {}
    return {
        "trainings": n_trainings,
        "repeats": repeats,
        "seconds": {name: spread(values) for name, values in times.items()},
        "trainings_a_second": float(f"{n_trainings / plain:.4g}"),
        "kernel_milliseconds": float(f"{each * 1e3:.4g}"),
        "share_outside_kernels": round(1 - share, 4),
        "store": round(with_store / plain, 3),
        **target,
    }


def _seconds(search: Search, n_jobs: int, store: Path | None = None) -> float:
    ours = search.ours(n_jobs, store)
    started = perf_counter()
    ours.fit(*search.rows)
    return perf_counter() - started
