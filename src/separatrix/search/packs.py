"""Packs: trials bundled to about a second of work, and carried out by whatever joblib's backend offers.

A backend may be threads of this process, other processes, or other machines. What a trial gives depends on
the trial alone, so neither packs nor workers, nor the loss of some, change a bit of it.
"""

from __future__ import annotations

import threading
import traceback
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

from joblib import Parallel, delayed
from joblib.parallel import get_active_backend

from separatrix.blas import one_blas_thread
from separatrix.errors import WorkerError
from separatrix.search.experiment import Experiment
from separatrix.search.prepared import PreparedFolds
from separatrix.search.trials import Trial, TrialResult, run_trial
from separatrix.search.workers import count_workers, share
from separatrix.train.interrupt import Interrupt

Pack = list[Trial]
Collect = Callable[[list[TrialResult]], None]
Arriving = Generator[list[TrialResult]]

PACK_SECONDS = {True: 0.2, False: 1.0}  # in threads of this process, elsewhere
PACKS_IN_A_WAVE = 4  # for each worker, where no result comes before all are there
FADING = 0.95  # of what is known of earlier trials, with each that is finished
MAX_LOSSES = 5  # of workers, with no trial finished in between


class Pacer:
    """Learns how long trials take, and bundles them accordingly."""

    def __init__(self, cost: Callable[[Trial], float], seconds: float) -> None:
        self._cost, self._seconds = cost, seconds
        self._n_known, self._known_cost, self._known_seconds = 0, 0.0, 0.0

    def learn(self, trial: Trial, result: TrialResult) -> None:
        """Take note of a finished trial."""
        self._n_known += 1
        self._known_cost = FADING * self._known_cost + self._cost(trial)
        self._known_seconds = FADING * self._known_seconds + result.fit_seconds + result.score_seconds

    def packs(self, trials: Sequence[Trial]) -> Iterator[Pack]:
        """Yield all trials in order; a pack is sized by what is known when it is asked for.

        It has no more trials than are finished by then: the first are the straight line's, which tell little
        of how long a network takes.
        """
        pack: Pack = []
        cost = 0.0
        for trial in trials:
            pack.append(trial)
            cost += self._cost(trial)
            if cost >= self._cost_of_a_pack() or len(pack) >= self._n_known:
                yield pack
                pack, cost = [], 0.0
        if pack:
            yield pack

    def _cost_of_a_pack(self) -> float:
        if not self._known_seconds:
            return 0.0
        return self._seconds * self._known_cost / self._known_seconds


def run_trials(
    experiment: Experiment,
    trials: Sequence[Trial],
    *,
    n_jobs: int | None,
    cost: Callable[[Trial], float],
    collect: Collect,
) -> bool:
    """Carry out trials and hand each result to `collect`, in the order in which they come.

    Packs that are lost with a worker are carried out again by the others.

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
    backend, usual_n_jobs = get_active_backend(prefer="threads")
    n_jobs = usual_n_jobs if n_jobs is None else n_jobs
    is_here = _is_here(backend, count_workers(backend, n_jobs))
    pacer = Pacer(cost, PACK_SECONDS[is_here])
    left = {(trial.candidate, trial.split): trial for trial in trials}
    with Interrupt() as interrupt, one_blas_thread, _at_home(experiment) as folds:
        if not is_here and not any(trial.paused for trial in trials):  # those have been compiled for
            _compile(folds, trials)
        with _closed_quietly(_all_results(experiment, left, pacer, backend, n_jobs)) as arriving:
            try:
                for results in arriving:
                    finished = [result for result in results if result.reason != "interrupted"]
                    for result in finished:
                        pacer.learn(left.pop((result.candidate, result.split)), result)
                    collect(finished)
                    if interrupt.requested or len(finished) < len(results):
                        return False
            finally:
                experiment.cancelled = bool(left)
    return True


def run_pack(shared: Any, key: str, pack: Pack) -> list[TrialResult]:
    """Carry out a pack, in a worker."""
    folds = _folds_of(shared, key)
    results = []
    with one_blas_thread:
        for trial in pack:
            if folds.experiment.cancelled:
                break
            results.append(run_trial(trial, folds))
            if results[-1].reason == "interrupted":
                break
    return results


def _is_here(backend: Any, n_workers: int) -> bool:
    """Return whether tasks are carried out in this process."""
    return n_workers == 1 or bool(getattr(backend, "uses_threads", False))


def _compile(folds: PreparedFolds, trials: Sequence[Trial]) -> None:
    """Make the kernels that the trials need, which many processes must not begin at once."""
    for trial in [*trials[:1], *trials[-1:]]:  # the straight line's, and those of a network
        run_trial(replace(trial, params={**trial.params, **folds.experiment.one_epoch}), folds)


def _all_results(
    experiment: Experiment, left: Mapping[Any, Trial], pacer: Pacer, backend: Any, n_jobs: int
) -> Arriving:
    """Yield results until no trial is left; those that were lost with a worker are dealt out again.

    Trials raise nothing, so that an error comes from a backend that lost a worker or the experiment.
    """
    n_losses = 0
    while left:
        n_left = len(left)
        n_workers = count_workers(backend, n_jobs)
        try:
            with share(experiment, backend) as shared:
                packs = pacer.packs(list(left.values()))
                tasks = (delayed(run_pack)(shared, experiment.key, pack) for pack in packs)
                yield from _results(tasks, backend, n_jobs, n_workers)
        except Exception as error:
            if _is_here(backend, n_workers):
                raise
            n_losses = n_losses + 1 if len(left) == n_left else 0
            if n_losses > MAX_LOSSES:
                raise WorkerError(
                    f"the workers must finish a trial now and then, but were lost {n_losses} times in a row "
                    f"({_in_a_line(error)}); see whether they have the memory that a trial "
                    "needs, and can import what it needs."
                ) from error


def _in_a_line(error: Exception) -> str:
    return "".join(traceback.format_exception_only(error)).splitlines()[0]


def _results(tasks: Iterator[Any], backend: Any, n_jobs: int, n_workers: int) -> Arriving:
    """Yield results as packs are finished; where a backend gives them all at once, wave by wave."""
    options: dict[str, Any] = {"n_jobs": n_jobs, "prefer": "threads", "batch_size": 1}
    if getattr(backend, "supports_return_generator", True):
        yield from Parallel(**options, return_as="generator_unordered")(tasks)
        return
    with Parallel(**options) as parallel:
        while wave := list(islice(tasks, PACKS_IN_A_WAVE * n_workers)):
            yield from parallel(wave)


@contextmanager
def _closed_quietly(results: Arriving) -> Iterator[Arriving]:
    """Give up what nobody waits for any more, without joblib's warning of it."""
    try:
        yield results
    finally:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module=r"joblib\.")
            results.close()


_home: dict[str, PreparedFolds] = {}  # of the searches that were begun in this process
_visiting: dict[str, PreparedFolds] = {}  # of the last search that this process is a worker of
_lock = threading.Lock()


@contextmanager
def _at_home(experiment: Experiment) -> Iterator[PreparedFolds]:
    """Keep the folds in this process, where joblib runs tasks if there is but one worker."""
    folds = _home[experiment.key] = PreparedFolds(experiment)
    try:
        yield folds
    finally:
        del _home[experiment.key]


def _folds_of(shared: Any, key: str) -> PreparedFolds:
    """Return the prepared folds of this process."""
    if key in _home:
        return _home[key]
    with _lock:
        if key not in _visiting:
            _visiting.clear()
            _visiting[key] = PreparedFolds(shared if isinstance(shared, Experiment) else shared.get())
        return _visiting[key]
