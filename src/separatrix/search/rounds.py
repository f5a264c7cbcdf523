"""Rounds: all candidates trained at once, or discarded early in rounds of more and more epochs."""

from __future__ import annotations

import math
from collections.abc import Mapping

from separatrix.search.costs import cost_of_trials
from separatrix.search.experiment import Experiment
from separatrix.search.packs import Collect, run_trials
from separatrix.search.results import Results
from separatrix.search.space import Params
from separatrix.search.trials import Trial

FIRST_EPOCHS = 10  # fewer say nothing about what a network comes to


def epoch_shares(n_candidates: int, max_iter: int, factor: int | None) -> list[float]:
    """Return the share of its epochs that a candidate has had at the end of each round.

    Examples
    --------
    >>> epoch_shares(100, 300, 2)
    [0.0625, 0.125, 0.25, 0.5, 1.0]
    >>> epoch_shares(100, 300, None)
    [1.0]
    """
    if factor is None:
        return [1.0]
    n_rounds = 1
    while n_candidates >= factor**n_rounds and max_iter / factor**n_rounds >= FIRST_EPOCHS:
        n_rounds += 1
    return [1.0 / factor**k for k in range(n_rounds - 1, -1, -1)]


def n_going_on(n_candidates: int, factor: int | None) -> int:
    """Return how many candidates go on to the next round."""
    return n_candidates if factor is None else math.ceil(n_candidates / factor)


def shortest_training(experiment: Experiment, params: Mapping[int, Params]) -> int:
    """Return the fewest epochs that a candidate has at most, straight lines aside."""
    return min(experiment.max_iter(settings) for candidate, settings in params.items() if candidate >= 0)


def n_trials_of(experiment: Experiment, params: Mapping[int, Params], factor: int | None) -> int:
    """Return how many trials all rounds have together at most."""
    n = sum(candidate >= 0 for candidate in params)
    n_trials = len(params) - n
    for _ in epoch_shares(n, shortest_training(experiment, params), factor):
        n_trials += n
        n = n_going_on(n, factor)
    return n_trials * len(experiment.splits)


def run_rounds(
    experiment: Experiment,
    params: dict[int, Params],
    results: Results,
    factor: int | None,
    *,
    n_jobs: int | None,
    collect: Collect,
) -> bool:
    """Train every candidate on every split that `results` does not have yet.

    With a `factor`, each round trains `factor` times as many epochs as the one before, and only one in
    `factor` candidates, the best so far, goes on to it (successive halving, Jamieson and Talwalkar, AISTATS
    2016). Trainings go on where they were paused.

    Parameters
    ----------
    experiment : Experiment
    params : dict of int to dict
        Every candidate's settings. Straight lines, with numbers below 0, are never discarded.
    results : Results
        What `collect` adds to.
    factor : int or None
    n_jobs : int or None
    collect : callable
        Takes the results of a pack.

    Returns
    -------
    bool
        Whether all is done; False after Ctrl-C.
    """
    going_on = list(params)
    lines = [candidate for candidate in params if candidate < 0]
    shares = epoch_shares(len(params) - len(lines), shortest_training(experiment, params), factor)
    cost = cost_of_trials(experiment)
    for share in shares:
        trials = [
            _trial(experiment, params[candidate], candidate, split, results, share)
            for candidate in going_on
            for split in range(results.n_splits)
            if not results.is_final(candidate, split)
        ]
        trials = [trial for trial in trials if _has_epochs_to_go(trial)]
        before = results.copy()
        if not run_trials(experiment, trials, n_jobs=n_jobs, cost=cost, collect=collect):
            results.forget_parts(before)
            return False
        if share < 1.0:
            # those whose training has ended are judged as they are
            ranked = [c for c in results.ranked() if c in going_on and results.can_go_on(c)]
            best = ranked[: n_going_on(len(ranked), factor)]
            results.discard(ranked[len(best) :])
            going_on = sorted([*lines, *best])
    return True


def _has_epochs_to_go(trial: Trial) -> bool:
    """Return whether a round goes further than before: shares of few epochs may be the same."""
    return trial.paused is None or trial.pause_at is None or trial.pause_at > trial.paused.state.epoch


def _trial(
    experiment: Experiment, params: Params, candidate: int, split: int, results: Results, share: float
) -> Trial:
    max_iter = experiment.max_iter(params)
    pause_at = math.ceil(share * max_iter)
    earlier = results.get(candidate, split)
    return Trial(
        candidate,
        split,
        params,
        paused=None if earlier is None else earlier.paused,
        pause_at=None if pause_at >= max_iter or candidate < 0 else pause_at,
    )


def discarding_text(n_discarded: int, n_candidates: int, trained: int, full: int) -> str:
    """Return what early discarding saved, in epochs, and what the verdict cannot know."""
    n_left = n_candidates - n_discarded
    return (
        f"Early discarding ended {n_discarded} of {n_candidates} candidates before their time: {trained:,} "
        f"epochs were trained, instead of {full:,} at most. The verdict is on the {n_left} that went on: a "
        "smaller one that is as good may be among those discarded, and having been picked out of "
        f"{n_candidates} flatters the best by more than is told of {n_left}."
    )
