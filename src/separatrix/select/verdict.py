"""The verdict of a search: the best network, the smallest that is as good, and the linear baseline."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from separatrix.evaluate.intervals import FloatArray
from separatrix.select.candidates import Candidates
from separatrix.select.corrected_ttest import CorrectedTest
from separatrix.select.selection_bias import SelectionBias


@dataclass(frozen=True, eq=False, repr=False)
class Verdict:
    """The answer of a search, with its uncertainty; `verdict_text` returns it in words.

    Every test of `best` is optimistic, because it was chosen for its score. To a lesser degree, so are those
    of `smallest_as_good`, which was chosen among the good ones.

    Attributes
    ----------
    candidates : Candidates
    mean, standard_error : ndarray of shape (n_candidates,)
        scikit-learn's score (higher is better), and Nadeau and Bengio's standard error of its mean.
    best : int
        Index of the candidate with the highest mean; of two that are equal, the one with fewer parameters.
    smallest_as_good : int
        Index of the candidate with the fewest parameters whose mean is at least `threshold`; of two with
        equally many, the better one.
    threshold : float
        The mean of the best minus its standard error (minus 0 with one split).
    linear_baseline : str
        Name of the baseline: logistic or ridge regression.
    baseline_scores : ndarray of shape (n_splits,)
    baseline_mean, baseline_standard_error : float
        NaN if a score is missing.
    baseline_is_enough : bool
        Whether the mean of the baseline, or of a candidate without hidden layer, is at least `threshold`, and
        the best is not significantly better on the same folds: the test that also judges a single model.
    best_vs_baseline, smallest_vs_baseline : CorrectedTest or None
        None if the baseline has a split without score.
    smallest_vs_best : CorrectedTest
    selection : SelectionBias
        The score that is expected of the best, corrected for the choice.
    warnings : tuple of str
        Problems of the search, each with its cure.
    """

    candidates: Candidates
    mean: FloatArray
    standard_error: FloatArray
    best: int
    smallest_as_good: int
    threshold: float
    linear_baseline: str
    baseline_scores: FloatArray
    baseline_mean: float
    baseline_standard_error: float
    baseline_is_enough: bool
    best_vs_baseline: CorrectedTest | None
    smallest_vs_baseline: CorrectedTest | None
    smallest_vs_best: CorrectedTest
    selection: SelectionBias
    warnings: tuple[str, ...]

    @property
    def n_scored(self) -> int:
        """Number of candidates with a score on every split."""
        return int(np.isfinite(self.mean).sum())

    def __repr__(self) -> str:
        """Return the choice in one line."""
        return (
            f"Verdict(best={self.best}, smallest_as_good={self.smallest_as_good}, "
            f"baseline_is_enough={self.baseline_is_enough}, of {len(self.candidates)} candidates)"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as nested dictionaries that `json.dumps` accepts.

        Scores have scikit-learn's sign, a missing number is None, and of the candidates only `best` and
        `smallest_as_good` are listed.
        """
        tests = {
            name: None if test is None else asdict(test)
            for name, test in (
                ("best_vs_baseline", self.best_vs_baseline),
                ("smallest_vs_baseline", self.smallest_vs_baseline),
                ("smallest_vs_best", self.smallest_vs_best),
            )
        }
        return {
            "metric": self.candidates.metric,
            "n_candidates": len(self.candidates),
            "n_splits": len(self.baseline_scores),
            "best": self._candidate(self.best),
            "smallest_as_good": self._candidate(self.smallest_as_good),
            "linear_baseline": {
                "name": self.linear_baseline,
                "mean": _finite(self.baseline_mean),
                "standard_error": _finite(self.baseline_standard_error),
            },
            "baseline_is_enough": self.baseline_is_enough,
            **tests,
            "selection": asdict(self.selection),
            "warnings": list(self.warnings),
        }

    def _candidate(self, index: int) -> dict[str, Any]:
        return {
            "index": index,
            "hidden_layer_sizes": [int(width) for width in self.candidates.hidden_layer_sizes[index]],
            "params": {name: _plain(value) for name, value in self.candidates.params[index].items()},
            "n_parameters": int(self.candidates.n_parameters[index]),
            "mean": float(self.mean[index]),
            "standard_error": _finite(self.standard_error[index]),
        }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _plain(value: Any) -> Any:
    """Return a parameter as JSON can hold it, else as text."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
