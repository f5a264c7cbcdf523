"""Packs: trials bundled to about a second of work, and carried out by whatever joblib's backend offers.

A backend may be threads of this process, other processes, or other machines. What a trial gives depends on
the trial alone, so neither packs nor workers change a bit of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from joblib import Parallel, delayed
from joblib.parallel import get_active_backend
from threadpoolctl import threadpool_limits

from separatrix.search.experiment import Experiment
from separatrix.search.prepared import PreparedFolds
from separatrix.search.trials import Trial, TrialResult, run_trial
from separatrix.search.workers import share
from separatrix.train.interrupt import Interrupt

Pack = list[Trial]
Collect = Callable[[list[TrialResult]], None]

PACK_SECONDS = {True: 0.2, False: 1.0}  # in threads of this process, elsewhere
PACKS_IN_A_WAVE = 4  # for each worker, where no result comes before all are there
MAX_LOSSES = 5  # of workers, with no pack finished in between


class Pacer:
    """Learns how long trials take, and bundles them accordingly."""

    def __init__(self, cost: Callable[[Trial], float], seconds: float) -> None:
        self._cost, self._seconds = cost, seconds
        self._known_cost, self._known_seconds = 0.0, 0.0

    def learn(self, trial: Trial, result: TrialResult) -> None:
        """Take note of a finished trial."""
        self._known_cost += self._cost(trial)
        self._known_seconds += result.fit_seconds + result.score_seconds

    def packs(self, trials: Sequence[Trial]) -> Iterator[Pack]:
        """Yield all trials in order; a pack is sized by what is known when it is asked for."""
        pack: Pack = []
        cost = 0.0
        for trial in trials:
            pack.append(trial)
            cost += self._cost(trial)
            if cost >= self._cost_of_a_pack():
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
    Exception
        What joblib's backend raises if it loses workers again and again.
    """
    backend, _ = get_active_backend(prefer="threads")
    is_here = bool(getattr(backend, "uses_threads", False)) or n_jobs == 1
    pacer = Pacer(cost, PACK_SECONDS[is_here])
    left = {(trial.candidate, trial.split): trial for trial in trials}
    n_losses = 0
    with Interrupt() as interrupt, _one_blas_thread():
        if not is_here:
            _compile(experiment, trials)
        with share(experiment, backend) as shared:
            while left:
                n_left, lost = len(left), list[Exception]()
                for results in _results(shared, pacer.packs(list(left.values())), backend, n_jobs, lost):
                    finished = [result for result in results if result.reason != "interrupted"]
                    for result in finished:
                        pacer.learn(left.pop((result.candidate, result.split)), result)
                    collect(finished)
                    if interrupt.requested or len(finished) < len(results):
                        experiment.cancelled = True
                        return False
                n_losses = n_losses + 1 if len(left) == n_left else 0
                if lost and (is_here or n_losses > MAX_LOSSES):
                    raise lost[0]
    return True


def run_pack(shared: Any, pack: Pack) -> list[TrialResult]:
    """Carry out a pack, in a worker."""
    folds = _folds_of(shared)
    results = []
    for trial in pack:
        if folds.experiment.cancelled:
            break
        results.append(run_trial(trial, folds))
        if results[-1].reason == "interrupted":
            break
    return results


def _compile(experiment: Experiment, trials: Sequence[Trial]) -> None:
    """Make the kernels that the trials need, which many processes must not begin at once."""
    folds = PreparedFolds(experiment)
    for trial in [*trials[:1], *trials[-1:]]:  # the straight line's, and those of a network
        run_trial(replace(trial, params={**trial.params, **experiment.one_epoch}), folds)


def _results(
    shared: Any, packs: Iterator[Pack], backend: Any, n_jobs: int | None, lost: list[Exception]
) -> Iterator[list[TrialResult]]:
    """Yield results as packs are finished; where a backend gives them all at once, wave by wave.

    Trials raise nothing, so that an error comes from a worker that was lost: it is added to `lost`, and ends
    the results.
    """
    tasks = (delayed(run_pack)(shared, pack) for pack in packs)
    options: dict[str, Any] = {"n_jobs": n_jobs, "prefer": "threads", "batch_size": 1}
    try:
        if getattr(backend, "supports_return_generator", True):
            yield from Parallel(**options, return_as="generator_unordered")(tasks)
            return
        with Parallel(**options) as parallel:
            n_packs = PACKS_IN_A_WAVE * parallel._effective_n_jobs()
            while wave := list(islice(tasks, n_packs)):
                yield from parallel(wave)
    except Exception as error:
        lost.append(error)


_folds: dict[str, PreparedFolds] = {}
_folds_lock = threading.Lock()


def _folds_of(shared: Any) -> PreparedFolds:
    """Return the prepared folds of this process; those of an earlier experiment are let go."""
    with _folds_lock:
        if shared.key not in _folds:
            experiment = shared if isinstance(shared, Experiment) else shared.get()
            _folds.clear()
            _folds[shared.key] = PreparedFolds(experiment)
        return _folds[shared.key]


def _one_blas_thread() -> Any:
    return threadpool_limits(limits=1, user_api="blas")
