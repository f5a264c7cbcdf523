"""Restarts: further trainings from other first weights, of which the network with the lowest loss is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
from numpy.random import RandomState

from separatrix.engine.base import Data, Run
from separatrix.engine.generators import new_generator
from separatrix.evaluate.diagnosis import falls_short
from separatrix.evaluate.trained import sample

MOST_TRAININGS = 16  # with n_init="auto"
MOST_WORK = 1e10  # rows x epochs x parameters of all further trainings with n_init="auto"
_LARGEST_SEED = 2**31
_ENDS_ALL = {"interrupted": "Ctrl-C", "callback": "A callback"}


def seeds_after(random_state: RandomState) -> Iterator[int]:
    """Return seeds of further trainings, as the generator is now; it is not changed.

    Examples
    --------
    >>> generator = RandomState(0)
    >>> seeds = seeds_after(generator)
    >>> generator.randint(2**31) == next(seeds)
    True
    """
    generator = new_generator(0)
    generator.set_state(random_state.get_state())
    return (int(generator.randint(_LARGEST_SEED)) for _ in count())


def train_again(
    estimator: Any,
    restart: Callable[[RandomState], None],
    n_init: int | str,
    seeds: Iterator[int],
    run: Run,
) -> None:
    """Train from other first weights, as `n_init` asks, and leave the network with the lowest loss.

    The loss is that of the training and validation rows, of at most some 500 each.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        That has been trained once.
    restart : callable
        Trains it again, from first weights of a generator.
    n_init : int or "auto"
        Trainings in all. "auto": at most `MOST_TRAININGS`, another only while the network falls short of its
        nearest neighbours or of guessing, and while they cost less than `MOST_WORK`.
    seeds : iterator of int
    run : Run
        The first training.
    """
    head = estimator.network_.head
    parts = [(sample(data, head), data.n_rows) for data in (run.data, run.validation) if data is not None]
    is_auto = n_init == "auto"
    most, work = (MOST_TRAININGS if is_auto else int(n_init)), 0.0
    best, lowest, n = dict(vars(estimator)), _loss(estimator, parts), 1
    while n < most and estimator.stop_.reason not in _ENDS_ALL:
        work += float(run.data.n_rows) * estimator.n_iter_ * estimator.network_.n_parameters
        if is_auto and (work > MOST_WORK or not falls_short(_of(best, estimator)._trained(parts[0][0]))):
            break
        restart(RandomState(next(seeds)))
        n += 1
        loss = _loss(estimator, parts)
        ended = estimator.stop_.reason
        if loss < lowest:
            best, lowest = dict(vars(estimator)), loss
        elif ended in _ENDS_ALL:  # it is said, although the network of an earlier training is kept
            kept = (
                f"{_ENDS_ALL[ended]} ended training {n} of {most}; the best network of those before is kept."
            )
            best["stop_"] = replace(best["stop_"], reason=ended, details=kept)
    vars(estimator).clear()
    vars(estimator).update(best, n_trainings_=n)


def _of(attributes: dict[str, Any], estimator: Any) -> Any:
    """Return a copy of an estimator with these attributes."""
    other = object.__new__(type(estimator))
    vars(other).update(attributes)
    return other


def _loss(estimator: Any, parts: list[tuple[Data, int]]) -> float:
    """Return the mean loss of all rows, of which there are samples; infinite if it is not a number."""
    n_rows = sum(n for _, n in parts)
    loss = sum(n * estimator._trained(rows).loss for rows, n in parts) / n_rows
    return loss if np.isfinite(loss) else np.inf
