"""Progress of a tabular fit: networks trained so far, the score of their ensemble, and why training ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from separatrix.tabular.training import Member

Array = NDArray[Any]

MOST_ROWS = 4000
"""Rows that the score so far is computed on: it is shown, and decides nothing."""


@dataclass(frozen=True)
class TabularProgress:
    """What is known while the networks are trained.

    Attributes
    ----------
    n_trained, n_networks : int
        Networks that are trained, and that are to be trained.
    seconds : float
        Since the first began.
    metric : str
        "log-loss" or "RMSE".
    score : float or None
        Of the ensemble so far on out-of-fold predictions, of 4000 rows if there are more; None until all
        folds of one configuration are trained.
    """

    n_trained: int
    n_networks: int
    seconds: float
    metric: str
    score: float | None

    def __str__(self) -> str:
        """Return the line that `verbose` prints."""
        score = "" if self.score is None else f", out-of-fold {self.metric} {self.score:.4g}"
        return f"{self.n_trained} of {self.n_networks} networks in {self.seconds:.1f} s{score}"


@dataclass(frozen=True)
class Ending:
    """Why the training of the networks ended.

    Attributes
    ----------
    reason : {"finished", "time_limit", "interrupted"}
    message : str
        One sentence, with the number of networks that were trained.
    is_part : bool
        Whether Ctrl-C ended training before all folds of one configuration were trained.
    """

    reason: Literal["finished", "time_limit", "interrupted"]
    message: str
    is_part: bool = False

    @classmethod
    def of(cls, n_trained: int, n_networks: int, time_limit: float | None, made_of: str = "") -> Self:
        """Return why training ended; without a time limit, it was interrupted if networks are missing.

        `made_of` says of what the model is made, if of less than one configuration on all folds.
        """
        so_far = f"{n_trained} of {n_networks} networks were trained"
        if n_trained == n_networks:
            return cls("finished", f"All {n_networks} networks were trained.")
        if time_limit is None:
            model = made_of and f"; the model is {made_of}"
            return cls("interrupted", f"Training was interrupted when {so_far}{model}.", bool(made_of))
        limit = f"time_limit={time_limit:g}"
        return cls("time_limit", f"When {limit} seconds were over, {so_far}; raise it for more.")


OnProgress = Callable[[TabularProgress], object]
Score = Callable[[Array, Array], float]
"""Takes predictions of shape (n_candidates, n_rows, n_outputs) and the rows; returns their best mean's."""


class Follower:
    """Calls back after each network; the score is computed when all folds of a configuration are trained.

    Parameters
    ----------
    on_progress : callable
    metric : str
        What the score is called.
    score : callable
    n_networks, n_folds : int
    """

    def __init__(
        self, on_progress: OnProgress, metric: str, score: Score, n_networks: int, n_folds: int
    ) -> None:
        self._on_progress, self._metric, self._score = on_progress, metric, score
        self._n_networks, self._n_folds = n_networks, n_folds
        self._started, self._n_trained = monotonic(), 0
        self._unfinished: dict[int, list[Member]] = {}
        self._candidates: list[Array] = []
        self._rows: Array | None = None
        self._last: float | None = None

    def __call__(self, member: Member) -> None:
        """Take a network that was trained."""
        self._n_trained += 1
        group = self._unfinished.setdefault(member.job // self._n_folds, [])
        group.append(member)
        if len(group) == self._n_folds:
            self._add(self._unfinished.pop(member.job // self._n_folds))
        seconds = monotonic() - self._started
        self._on_progress(
            TabularProgress(self._n_trained, self._n_networks, seconds, self._metric, self._last)
        )

    def _add(self, group: Sequence[Member]) -> None:
        held_out = np.concatenate([member.held_out for member in group])
        answers = np.concatenate([member.answers for member in group], axis=1)
        if self._rows is None:
            rows = np.sort(held_out)
            self._rows = rows[:: -(-len(rows) // MOST_ROWS)]
        position = np.empty(held_out.max() + 1, np.intp)
        position[held_out] = np.arange(len(held_out))
        self._candidates.append(answers[:, position[self._rows]])
        self._last = self._score(np.concatenate(self._candidates), self._rows)
