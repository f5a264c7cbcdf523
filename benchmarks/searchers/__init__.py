"""One module per peer; its `prepare` returns what carries out a `Search`, once for every call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from search_case import Array, Fold, Params, Search, test_loss


@dataclass(frozen=True)
class Searched:
    """What a contender hands back."""

    seconds: float  # of the trainings, by the clock
    cores: float  # that were busy meanwhile
    losses: Array  # on the test rows, (n_candidates, n_folds)


Run = Callable[[], Searched]


@dataclass(frozen=True)
class Prepared:
    """A contender that is ready to run, and the seconds that compiling took beforehand."""

    run: Run
    compile_seconds: float = 0.0


def prepare(modules: Mapping[str, str], search: Search) -> tuple[dict[str, Prepared], dict[str, str]]:
    """Return the contenders of these modules by their names, and why one is missing."""
    found, missing = {}, {}
    for name, module in modules.items():
        try:
            found[name] = import_module(f"searchers.{module}").prepare(search)
        except ImportError as error:
            missing[name] = str(error)
    return found, missing


def stacked_losses(
    group: Sequence[Params], folds: Sequence[Fold], weights: Sequence[Array], biases: Sequence[Array]
) -> Array:
    """Return the test losses of networks of equal shape; axes of the parameters: fold, network, ..."""
    return np.array(
        [
            [
                test_loss(params, ([w[f, i] for w in weights], [b[f, i] for b in biases]), fold)
                for f, fold in enumerate(folds)
            ]
            for i, params in enumerate(group)
        ]
    )


def stacked_batches(search: Search, orders: Sequence[Array], axis: int) -> tuple[Any, Any]:
    """Return points and classes of every step and fold, the folds along an axis."""
    pairs = list(zip(search.folds, orders, strict=True))
    X = np.stack([fold.X[order] for fold, order in pairs], axis)
    return X, np.stack([fold.y[order] for fold, order in pairs], axis)
