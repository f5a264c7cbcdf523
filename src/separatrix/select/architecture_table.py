"""The best candidate of a search for every depth and width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from separatrix.evaluate.inputs import IntArray
from separatrix.evaluate.intervals import FloatArray
from separatrix.select.candidates import Candidates
from separatrix.select.corrected_ttest import corrected_standard_error


@dataclass(frozen=True, eq=False)
class ArchitectureTable:
    """Cells by depth (rows) and width (columns).

    The width of a network is that of its widest hidden layer, so 8-4 stands with 8-8. A straight line has
    no width: its row holds the same cell in every column.

    Attributes
    ----------
    depths : int ndarray of shape (n_depths,)
        Hidden layers, rising.
    widths : int ndarray of shape (n_widths,)
        Rising; a single 0 where only straight lines were tried.
    n_tried : int ndarray of shape (n_depths, n_widths)
        Candidates.
    best : int ndarray of shape (n_depths, n_widths)
        Index of the candidate with the highest mean; -1 where none has a score.
    mean, error : float ndarray of shape (n_depths, n_widths)
        Mean score of that candidate, and its standard error; NaN where there is none.
    """

    depths: IntArray
    widths: IntArray
    n_tried: IntArray
    best: IntArray
    mean: FloatArray
    error: FloatArray

    def cell_of(self, sizes: tuple[int, ...]) -> tuple[int, int, int]:
        """Return row, first column and number of columns of a network's cell."""
        row = int(np.searchsorted(self.depths, len(sizes)))
        if not sizes:
            return row, 0, len(self.widths)
        return row, int(np.searchsorted(self.widths, max(sizes))), 1


def architecture_table(
    candidates: Candidates, baseline_scores: FloatArray | None = None
) -> ArchitectureTable:
    """Find the best candidate for every depth and width.

    Parameters
    ----------
    candidates : Candidates
    baseline_scores : ndarray of shape (n_splits,), optional
        Of a straight line: the row without hidden layers shows them, rather than the best candidate there,
        which may not have been trained to its end.

    Examples
    --------
    >>> splits = np.full(2, 80), np.full(2, 20)
    >>> none = np.zeros(3, dtype=int)
    >>> candidates = Candidates(
    ...     "accuracy", [{}] * 3, [(), (4,), (4, 2)], np.array([3, 17, 25]),
    ...     np.array([[0.7, 0.8], [0.8, 0.9], [0.9, 0.9]]), *splits, none, none,
    ... )
    >>> architecture_table(candidates).best.tolist()
    [[0], [1], [2]]
    """
    sizes = candidates.hidden_layer_sizes
    has_baseline = baseline_scores is not None and bool(np.isfinite(baseline_scores).all())
    baseline = baseline_scores if has_baseline else None
    depths = np.unique([*map(len, sizes), *([] if baseline is None else [0])])
    widths = np.unique([max(layers) for layers in sizes if layers] or [0])
    shape = len(depths), len(widths)
    n_tried, best = np.zeros(shape, dtype=np.intp), np.full(shape, -1)
    table = ArchitectureTable(depths, widths, n_tried, best, np.full(shape, np.nan), np.full(shape, np.nan))
    mean = candidates.mean
    for index, layers in enumerate(sizes):
        row, first, n_columns = table.cell_of(layers)
        cell = row, slice(first, first + n_columns)
        n_tried[cell] += 1
        if np.isfinite(mean[index]) and not mean[index] <= table.mean[row, first]:
            best[cell], table.mean[cell] = index, mean[index]
    for index in np.unique(best[best >= 0]):
        scores = candidates.scores[index]
        table.error[best == index] = corrected_standard_error(scores, candidates.n_train, candidates.n_test)
    if baseline is not None:
        table.mean[0] = np.mean(baseline)
        table.error[0] = corrected_standard_error(baseline, candidates.n_train, candidates.n_test)
    return table
