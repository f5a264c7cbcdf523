"""Rounds: the trials of a search, all at once or in rounds of more and more epochs, with early discarding."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from separatrix.search.experiment import Experiment
from separatrix.search.results import Results
from separatrix.search.space import Params
from separatrix.search.trial_chunks import Collect, run_trials
from separatrix.search.trials import Trial
from separatrix.select.candidates import ShownMetric

Update = Callable[[int, Results], None]

FIRST_EPOCHS = 10  # after fewer epochs the score says nothing about the final score


def epoch_fractions(n_candidates: int, max_iter: int, factor: int | None) -> list[float]:
    """Return the fraction of its epochs that a candidate is trained for by the end of each round.

    Examples
    --------
    >>> epoch_fractions(100, 300, 2)
    [0.0625, 0.125, 0.25, 0.5, 1.0]
    >>> epoch_fractions(100, 300, None)
    [1.0]
    """
    if factor is None:
        return [1.0]
    n_rounds = 1
    while n_candidates >= factor**n_rounds and max_iter / factor**n_rounds >= FIRST_EPOCHS:
        n_rounds += 1
    return [1.0 / factor**k for k in range(n_rounds - 1, -1, -1)]


def n_kept(n_candidates: int, factor: int | None) -> int:
    """Return how many candidates are in the next round."""
    return n_candidates if factor is None else math.ceil(n_candidates / factor)


def count_trials(experiment: Experiment, params: Mapping[int, Params], factor: int | None) -> int:
    """Return the maximum number of trials of all rounds together."""
    n = sum(candidate >= 0 for candidate in params)
    n_trials = len(params) - n
    for _ in epoch_fractions(n, _least_max_iter(experiment, params), factor):
        n_trials += n
        n = n_kept(n, factor)
    return n_trials * len(experiment.splits)


def run_rounds(
    experiment: Experiment, results: Results, factor: int | None, *, n_jobs: int | None, collect: Collect
) -> bool:
    """Train every candidate on every split that `results` does not have yet.

    With a `factor`, each round trains `factor` times as many epochs as the round before, and only the best
    one in `factor` candidates are kept for it (successive halving, Jamieson and Talwalkar, AISTATS 2016).
    Trainings continue where they were paused. The linear baseline is never discarded.

    Parameters
    ----------
    experiment : Experiment
    results : Results
        `collect` adds to it.
    factor : int or None
    n_jobs : int or None
    collect : callable
        Called with the results of each chunk of trials.

    Returns
    -------
    bool
        Whether all trials were carried out; False after Ctrl-C.
    """
    params = results.params
    kept = list(params)
    baselines = [candidate for candidate in params if candidate < 0]
    n_candidates = len(params) - len(baselines)
    for fraction in epoch_fractions(n_candidates, _least_max_iter(experiment, params), factor):
        trials = [
            _trial(experiment, candidate, split, results, fraction)
            for candidate in kept
            for split in range(results.n_splits)
            if not results.is_final(candidate, split)
        ]
        trials = [trial for trial in trials if _has_epochs_left(trial)]
        before = results.copy()
        if not run_trials(experiment, trials, n_jobs=n_jobs, collect=collect):
            results.undo_unfinished(before)
            return False
        if fraction < 1.0:
            # a candidate whose trainings have ended has its final score, and is not discarded
            ranked = [c for c in results.ranked() if c in kept and results.is_paused(c)]
            best = ranked[: n_kept(len(ranked), factor)]
            results.discard(ranked[len(best) :])
            kept = sorted([*baselines, *best])
    return True


def _least_max_iter(experiment: Experiment, params: Mapping[int, Params]) -> int:
    """Return the least maximum number of epochs among the candidates."""
    return min(experiment.max_iter(one) for candidate, one in params.items() if candidate >= 0)


def _has_epochs_left(trial: Trial) -> bool:
    """Return whether a round trains further than the last: of few epochs two fractions may be the same."""
    return trial.paused is None or trial.pause_at is None or trial.pause_at > trial.paused.state.epoch


def _trial(experiment: Experiment, candidate: int, split: int, results: Results, fraction: float) -> Trial:
    params = results.params[candidate]
    max_iter = experiment.max_iter(params)
    pause_at = math.ceil(fraction * max_iter)
    earlier = results.get(candidate, split)
    return Trial(
        candidate,
        split,
        params,
        paused=None if earlier is None else earlier.paused,
        pause_at=None if pause_at >= max_iter or candidate < 0 else pause_at,
    )


def discarding_text(n_discarded: int, n_candidates: int, trained: int, maximum: int) -> str:
    """Return what early discarding saved, in epochs, and what the verdict cannot know."""
    n_left = n_candidates - n_discarded
    return (
        f"Early discarding ended {n_discarded} of {n_candidates} candidates before their last epoch: "
        f"{trained:,} epochs were trained, instead of at most {maximum:,}. The verdict is about the {n_left} "
        "others. A smaller network that is as good may be among those discarded, and the selection bias of "
        f"the best of {n_candidates} is larger than the one given for {n_left}."
    )


@contextmanager
def search_progress(
    verbose: bool, n_trials: int, metric: ShownMetric, names: Sequence[str]
) -> Iterator[Update]:
    """Show a bar on standard error, if `verbose`: as in scikit-learn, `verbose` is what lets a search print.

    Parameters
    ----------
    verbose : bool
    n_trials : int
        The maximum number of trials.
    metric : ShownMetric
    names : sequence of str
        Of the candidates, by their numbers.

    Yields
    ------
    callable
        Takes the number of trials that were finished since its last call, and the results so far.
    """
    if not verbose:
        yield lambda n_more, results: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    one_line = Column(no_wrap=True, overflow="ellipsis")
    columns = (
        BarColumn(bar_width=14),  # of trials
        TextColumn("{task.fields[done]}", table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[best]}", markup=False, table_column=one_line),
        TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True, min_width=5)),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=n_trials, done="", best="")

        def update(n_more: int, results: Results) -> None:
            done = f"{len(results.complete())}/{len(names)} candidates"
            progress.update(bar, advance=n_more, done=done, best=_best_text(results, metric, names))

        yield update
        progress.update(bar, completed=n_trials)  # early discarding may need fewer


def _best_text(results: Results, metric: ShownMetric, names: Sequence[str]) -> str:
    """Return the best candidate so far and its score."""
    best = results.ranked()[:1]
    if not best or math.isinf(mean := results.mean(best[0])):
        return ""
    return f"best {metric.name} {metric.sign * mean:.4g}: {names[best[0]]}"
