"""Trial chunks: trials in groups of about a second of work, carried out by joblib's backend.

A backend may be threads of this process, other processes, or other machines. The result of a trial depends
on the trial alone. Chunks, workers and the loss of workers therefore change no bit of it.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from joblib import delayed
from joblib.parallel import get_active_backend
from sklearn.utils.validation import _num_features

from separatrix.blas import one_blas_thread
from separatrix.engine import must_compile
from separatrix.errors import WorkerError
from separatrix.search.experiment import Experiment
from separatrix.search.folds import FoldCache
from separatrix.search.trials import Trial, TrialResult, run_trial
from separatrix.train.interrupt import Interrupt
from separatrix.train.workers import closed_quietly, count_workers, is_local, results_of, shared, value_of

TrialChunk = list[Trial]
Collect = Callable[[list[TrialResult]], None]
ChunkResults = Generator[list[TrialResult]]

CHUNK_SECONDS = {True: 0.2, False: 1.0}  # in threads of this process, elsewhere
DECAY = 0.95  # of the weight of earlier trials, with each trial that is finished
MAX_LOSSES = 5  # of workers, without a trial finished in between
# A row's overhead in an epoch, in multiplications by a weight: measured with networks of a handful of units.
ROW_OVERHEAD = 100


def cost_of_trials(experiment: Experiment) -> Callable[[Trial], float]:
    """Return a function that estimates a trial's relative cost: rows times weights times epochs."""
    n_in = _num_features(experiment.X)
    n_rows = [len(train) for train, _ in experiment.splits]

    def cost(trial: Trial) -> float:
        params = experiment.split_params(trial.params)[0]
        sizes = [n_in, *params["hidden_layer_sizes"], 1]
        n_weights = sum(a * b for a, b in pairwise(sizes))
        epochs = trial.pause_at or experiment.max_iter(trial.params)
        if trial.paused is not None:
            epochs -= trial.paused.state.epoch
        return float(n_rows[trial.split] * epochs * (n_weights + ROW_OVERHEAD))

    return cost


class ChunkSizer:
    """Measures how long trials take, and makes chunks that take about `seconds`."""

    def __init__(self, cost: Callable[[Trial], float], seconds: float) -> None:
        self._cost, self._seconds = cost, seconds
        self._n_finished, self._finished_cost, self._finished_seconds = 0, 0.0, 0.0

    def add(self, trial: Trial, result: TrialResult) -> None:
        """Use the time of a finished trial."""
        self._n_finished += 1
        self._finished_cost = DECAY * self._finished_cost + self._cost(trial)
        self._finished_seconds = DECAY * self._finished_seconds + result.fit_seconds + result.score_seconds

    def chunks(self, trials: Sequence[Trial]) -> Iterator[TrialChunk]:
        """Yield all trials in order; each chunk is sized by the times known when it is requested.

        A chunk has at most as many trials as are finished by then. The first are those of the linear
        baselines, whose time says little about the time of a network.
        """
        chunk: TrialChunk = []
        cost = 0.0
        for trial in trials:
            chunk.append(trial)
            cost += self._cost(trial)
            if cost >= self._chunk_cost() or len(chunk) >= self._n_finished:
                yield chunk
                chunk, cost = [], 0.0
        if chunk:
            yield chunk

    def _chunk_cost(self) -> float:
        if not self._finished_seconds:
            return 0.0
        return self._seconds * self._finished_cost / self._finished_seconds


def run_trials(
    experiment: Experiment, trials: Sequence[Trial], *, n_jobs: int | None, collect: Collect
) -> bool:
    """Carry out trials and pass the results of each chunk to `collect`, in the order in which they arrive.

    Chunks that are lost with a worker are carried out again by others.

    Returns
    -------
    bool
        Whether all were carried out; False after Ctrl-C.

    Raises
    ------
    WorkerError
        If workers are lost again and again.
    Exception
        What `collect` raises, or joblib's backend if it has no workers.
    """
    backend, default_n_jobs = get_active_backend(prefer="threads")
    n_jobs = default_n_jobs if n_jobs is None else n_jobs
    runs_here = is_local(backend, count_workers(backend, n_jobs))
    sizer = ChunkSizer(cost_of_trials(experiment), CHUNK_SECONDS[runs_here])
    left = {(trial.candidate, trial.split): trial for trial in trials}
    with one_blas_thread, _registered(experiment) as folds:
        is_first = not any(trial.paused for trial in trials)  # else the kernels are compiled already
        if is_first and (not runs_here or _must_compile(experiment)):
            try:
                _compile(folds, trials)
            except KeyboardInterrupt:
                return False
        with (
            Interrupt() as interrupt,
            closed_quietly(_all_results(experiment, left, sizer, backend, n_jobs)) as arriving,
        ):
            try:
                for results in _noticing(interrupt, arriving, runs_here):
                    finished = [result for result in results if result.reason != "interrupted"]
                    for result in finished:
                        sizer.add(left.pop((result.candidate, result.split)), result)
                    collect(finished)
                    if interrupt.requested or len(finished) < len(results):
                        return False
            except KeyboardInterrupt:
                return False
            finally:
                experiment.cancelled = bool(left)
    return True


def _noticing(interrupt: Interrupt, arriving: ChunkResults, runs_here: bool) -> ChunkResults:
    """Yield results; the wait for other processes, which may take long to start, ends at Ctrl-C."""
    while True:
        with nullcontext() if runs_here else interrupt.raised():
            results = next(arriving, None)
        if results is None:
            return
        yield results


def run_chunk(carried: Any, key: str, chunk: TrialChunk) -> list[TrialResult]:
    """Carry out a chunk, in a worker."""
    folds = _folds_of(carried, key)
    results = []
    with one_blas_thread:
        for trial in chunk:
            if folds.experiment.cancelled:
                break
            results.append(run_trial(trial, folds))
            if results[-1].reason == "interrupted":
                break
    return results


def _must_compile(experiment: Experiment) -> bool:
    network = experiment.template
    dtype = getattr(experiment.X, "dtype", None) if network.dtype == "auto" else network.dtype
    return must_compile(network.engine, "float32" if dtype in ("float32", np.float32) else "float64")


def _compile(folds: FoldCache, trials: Sequence[Trial]) -> None:
    """Compile the kernels of the trials here: Ctrl-C ends it, and the workers do not all do it at once."""
    one_epoch = {f"{folds.experiment.prefix}max_iter": 1}
    for trial in [*trials[:1], *trials[-1:]]:  # of a linear baseline, and of a network
        result = run_trial(replace(trial, params={**trial.params, **one_epoch}), folds)
        if result.reason == "interrupted":
            raise KeyboardInterrupt


def _all_results(
    experiment: Experiment, left: Mapping[Any, Trial], sizer: ChunkSizer, backend: Any, n_jobs: int
) -> ChunkResults:
    """Yield results until no trial is left; trials that are lost with a worker are started again.

    Trials raise nothing, so an error comes from a backend that lost a worker or the experiment.
    """
    n_losses = 0
    while left:
        n_left = len(left)
        n_workers = count_workers(backend, n_jobs)
        try:
            with shared(experiment, backend) as carried:
                chunks = sizer.chunks(list(left.values()))
                tasks = (delayed(run_chunk)(carried, experiment.key, chunk) for chunk in chunks)
                yield from results_of(tasks, backend, n_jobs, n_workers)
        except Exception as error:
            if is_local(backend, n_workers):
                raise
            n_losses = n_losses + 1 if len(left) == n_left else 0
            if n_losses > MAX_LOSSES:
                message = "".join(traceback.format_exception_only(error)).splitlines()[0]
                raise WorkerError(
                    "the workers must finish a trial now and then, but were lost "
                    f"{n_losses} times in a row ({message}); check whether they have the memory that a trial "
                    "needs, and can import what it needs."
                ) from error


# How workers get the experiment and its folds.

_own_folds: dict[str, FoldCache] = {}  # of the searches that were started in this process
_worker_folds: dict[str, FoldCache] = {}  # of the last search that this process is a worker of
_lock = threading.Lock()


@contextmanager
def _registered(experiment: Experiment) -> Iterator[FoldCache]:
    """Keep the folds in this process, in which joblib runs the tasks of threads and of a single worker."""
    folds = _own_folds[experiment.key] = FoldCache(experiment)
    try:
        yield folds
    finally:
        del _own_folds[experiment.key]


def _folds_of(carried: Any, key: str) -> FoldCache:
    """Return the folds of this process."""
    if key in _own_folds:
        return _own_folds[key]
    with _lock:
        if key not in _worker_folds:
            _worker_folds.clear()
            _worker_folds[key] = FoldCache(value_of(carried))
        return _worker_folds[key]
