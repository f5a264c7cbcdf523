"""Displays of a search: what they have in common."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from separatrix.errors import DataError
from separatrix.plots.display import Display
from separatrix.select.candidates import Candidates, layers_text
from separatrix.select.corrected_ttest import corrected_standard_error

Array = NDArray[Any]


class SearchDisplay(Display):
    """Base class of the displays of the candidates of a search.

    Parameters
    ----------
    candidates : Candidates
    best, smallest_as_good : int
        Indices of the candidates that the verdict names.
    baseline_scores : ndarray of shape (n_splits,), optional
        Scores of a straight line.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    """

    _small_width = 250.0  # the legend is above the axes

    def __init__(
        self,
        candidates: Candidates,
        *,
        best: int,
        smallest_as_good: int,
        baseline_scores: Array | None = None,
    ) -> None:
        self.candidates = candidates
        self.best = best
        self.smallest_as_good = smallest_as_good
        self.baseline_scores = baseline_scores
        self.metric = candidates.shown_metric
        if not self._has_score.any():
            raise DataError(
                "a display of a search needs a candidate with a score on every fold, got none of "
                f"{len(candidates)}, as trainings diverged or failed; lower learning_rate_init or scale the "
                "columns, and fit the search again."
            )

    @classmethod
    def from_search(cls, search: Any, **kwargs: Any) -> Self:
        """Draw the candidates of a fitted search.

        Parameters
        ----------
        search : fitted ArchitectureSearchCV
        **kwargs
            As for `plot`.

        Raises
        ------
        DataError
            If the search is not fitted, or no candidate has a score on every fold.
        """
        if not isinstance(getattr(search, "candidates_", None), Candidates):
            raise DataError(
                f"search must be a fitted search over candidates, got a {type(search).__name__} without "
                "candidates_; fit it first."
            )
        display = cls(
            search.candidates_,
            best=int(search.verdict_.best),
            smallest_as_good=int(search.verdict_.smallest_as_good),
            baseline_scores=getattr(search, "baseline_scores_", None),
        )
        return display.plot(**kwargs)

    @property
    def _has_score(self) -> Array:
        return np.isfinite(self.candidates.mean)

    def _error(self, scores: Array) -> float:
        return float(corrected_standard_error(scores, self.candidates.n_train, self.candidates.n_test))

    @property
    def _roles(self) -> list[tuple[int, str]]:
        """The candidates that the verdict names, each with its label."""
        roles = [(self.best, "best"), (self.smallest_as_good, "smallest as good")]
        if self.best == self.smallest_as_good:
            roles = [(self.best, "best, and smallest as good")]
        return [(i, f"{role}: {layers_text(self.candidates.hidden_layer_sizes[i])}") for i, role in roles]

    def _left_out(self) -> list[Any]:
        """Return the entry of the legend for candidates without a score; empty if all have one."""
        without = ~self._has_score
        if not without.any():
            return []
        why = "diverged" if self.candidates.n_diverged[without].all() else "diverged or failed"
        return [note_handle(f"{without.sum()} of {len(self.candidates)} left out: {why}")]


def note_handle(text: str) -> Any:
    """Return an entry of a legend that is only text."""
    return Line2D([], [], linestyle="none", label=text)


def number_format(values: Array, errors: Array) -> str:
    """Return the format that shows a number with one or two digits of its standard error.

    Examples
    --------
    >>> number_format(np.array([0.91, 0.85]), np.array([0.012, 0.02]))
    '.3f'
    """
    shown = np.abs(values[np.isfinite(values)]).max()
    usual = np.median(errors[np.isfinite(errors) & (errors > 0)]) if (errors > 0).any() else shown / 100
    if not 1e-3 <= shown < 1e6 or usual == 0:
        return ".3g"
    return f".{int(np.clip(1.5 - np.log10(usual), 0, 4))}f"
