"""The verdict of a search: which network is best, which small one is as good, whether a straight line is."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from separatrix.errors import DataError
from separatrix.evaluate.baselines import LOGISTIC_REGRESSION
from separatrix.evaluate.intervals import FloatArray
from separatrix.select.candidates import Candidates
from separatrix.select.corrected_ttest import CorrectedTest, corrected_standard_error, corrected_t_test
from separatrix.select.selection_bias import SelectionBias, selection_bias
from separatrix.select.verdict_text import verdict_parts, verdict_text
from separatrix.select.verdict_warnings import verdict_warnings


@dataclass(frozen=True, eq=False, repr=False)
class Verdict:
    """What a search has found, with its uncertainty.

    Every test of `best` is optimistic, since it was picked for its score; so are, a little, those of
    `smallest_as_good`, which was picked among the good ones.

    Attributes
    ----------
    candidates : Candidates
    mean, standard_error : ndarray of shape (n_candidates,)
        scikit-learn's score (higher is better), and Nadeau and Bengio's standard error of its mean.
    best : int
        Index of the candidate with the highest mean; the one with fewer parameters of two that are equal.
    smallest_as_good : int
        Index of the candidate with the fewest parameters whose mean is at least `threshold`; the better one
        of two with as many.
    threshold : float
        The mean of the best less its standard error (less nothing with one split).
    straight_line : str
        Name of the baseline.
    straight_line_scores : ndarray of shape (n_splits,)
    straight_line_mean, straight_line_standard_error : float
        NaN where a score is missing.
    straight_line_is_enough : bool
        Whether the mean of the baseline, or that of a candidate without hidden layer, is at least
        `threshold`: the rule by which `smallest_as_good` is chosen. It may hold although the best is
        significantly better on the same folds; the text then says so.
    best_vs_straight_line, smallest_vs_straight_line : CorrectedTest or None
        None where the baseline has a split without score.
    smallest_vs_best : CorrectedTest
    selection : SelectionBias
        What the best is worth without the luck that made it the best.
    warnings : tuple of str
        What stands against the verdict, each with its cure.
    """

    candidates: Candidates
    mean: FloatArray
    standard_error: FloatArray
    best: int
    smallest_as_good: int
    threshold: float
    straight_line: str
    straight_line_scores: FloatArray
    straight_line_mean: float
    straight_line_standard_error: float
    straight_line_is_enough: bool
    best_vs_straight_line: CorrectedTest | None
    smallest_vs_straight_line: CorrectedTest | None
    smallest_vs_best: CorrectedTest
    selection: SelectionBias
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        """Say what was found; `to_text` says it whole."""
        return (
            f"Verdict(best={self.best}, smallest_as_good={self.smallest_as_good}, "
            f"straight_line_is_enough={self.straight_line_is_enough}, of {len(self.candidates)} candidates)"
        )

    def to_text(self) -> str:
        """Return plain sentences, the warnings, and an aligned table of the best candidates."""
        return verdict_text(self)

    def to_parts(self) -> tuple[str, list[tuple[str, ...]], str]:
        """Return what `to_text` puts together: sentences, the table's rows under its header, a note."""
        return verdict_parts(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as nested dictionaries that `json.dumps` accepts.

        Scores have scikit-learn's sign, a missing number is None, and of the candidates only `best` and
        `smallest_as_good` are listed.
        """
        tests = {
            name: None if test is None else asdict(test)
            for name, test in (
                ("best_vs_straight_line", self.best_vs_straight_line),
                ("smallest_vs_straight_line", self.smallest_vs_straight_line),
                ("smallest_vs_best", self.smallest_vs_best),
            )
        }
        return {
            "metric": self.candidates.metric,
            "n_candidates": len(self.candidates),
            "n_splits": len(self.straight_line_scores),
            "best": self._candidate(self.best),
            "smallest_as_good": self._candidate(self.smallest_as_good),
            "straight_line": {
                "name": self.straight_line,
                "mean": _number(self.straight_line_mean),
                "standard_error": _number(self.straight_line_standard_error),
            },
            "straight_line_is_enough": self.straight_line_is_enough,
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
            "standard_error": _number(self.standard_error[index]),
        }


def select(
    candidates: Candidates,
    baseline_scores: npt.ArrayLike,
    *,
    straight_line: str = LOGISTIC_REGRESSION,
    random_state: int | np.random.Generator = 0,
    n_bootstraps: int = 1000,
) -> Verdict:
    """Choose among candidates, and say what the choice is worth.

    Parameters
    ----------
    candidates : Candidates
        One without score on a split is out of the choice.
    baseline_scores : array-like of shape (n_splits,)
        Those of a network without hidden layer on the same splits; NaN where it has none.
    straight_line : str
        What the verdict calls it.
    random_state : int or Generator
        Seed of the bootstraps.
    n_bootstraps : int
        How many the selection bias is estimated from.

    Raises
    ------
    DataError
        If no candidate has all its scores, or there is not one baseline score for every split.
    ParameterError
        If `n_bootstraps` is less than 100.

    References
    ----------
    The one-standard-error rule: L. Breiman, J. Friedman, R. Olshen, C. Stone, Classification and Regression
    Trees (1984), section 3.4.3; here with the standard error of `corrected_standard_error`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> folds = rng.normal(0, 0.01, 10)
    >>> candidates = Candidates(
    ...     metric="accuracy", params=[{}, {}], hidden_layer_sizes=[(2,), (8, 8)],
    ...     n_parameters=np.array([9, 105]), scores=np.stack([0.94 + folds, 0.942 + folds]),
    ...     n_train=np.full(10, 90), n_test=np.full(10, 10),
    ...     n_diverged=np.zeros(2, int), n_limited=np.zeros(2, int))
    >>> verdict = select(candidates, 0.88 + rng.normal(0, 0.01, 10))
    >>> verdict.best, verdict.smallest_as_good, verdict.straight_line_is_enough
    (1, 0, False)
    """
    mean, error = candidates.mean, candidates.standard_error
    if not np.isfinite(mean).any():
        n_diverged = int((candidates.n_diverged > 0).sum())
        raise DataError(
            f"candidates must hold one with a score on every split, got none of {len(candidates)} ("
            f"{n_diverged} diverged); lower learning_rate_init, or look at why training or scoring failed."
        )
    line = np.asarray(baseline_scores, dtype=np.float64)
    n_splits = candidates.scores.shape[1]
    if line.shape != (n_splits,):
        raise DataError(
            f"baseline_scores must have one score for each of the {n_splits} splits, got shape {line.shape}; "
            "score the baseline on the candidates' splits."
        )
    best, smallest, threshold = _choose(mean, error, candidates.n_parameters)
    line_mean = float(line.mean())
    straight = np.array([not layers for layers in candidates.hidden_layer_sizes])

    def test(index: int, other: FloatArray) -> CorrectedTest:
        return corrected_t_test(candidates.scores[index], other, candidates.n_train, candidates.n_test)

    return Verdict(
        candidates=candidates,
        mean=mean,
        standard_error=error,
        best=best,
        smallest_as_good=smallest,
        threshold=threshold,
        straight_line=straight_line,
        straight_line_scores=line,
        straight_line_mean=line_mean,
        straight_line_standard_error=float(
            corrected_standard_error(line, candidates.n_train, candidates.n_test)
        ),
        straight_line_is_enough=bool(line_mean >= threshold or (mean[straight] >= threshold).any()),
        best_vs_straight_line=test(best, line) if math.isfinite(line_mean) else None,
        smallest_vs_straight_line=test(smallest, line) if math.isfinite(line_mean) else None,
        smallest_vs_best=test(smallest, candidates.scores[best]),
        selection=selection_bias(
            candidates.scores,
            candidates.n_train,
            candidates.n_test,
            random_state=random_state,
            n_bootstraps=n_bootstraps,
        ),
        warnings=verdict_warnings(
            candidates, best, smallest, None if math.isfinite(line_mean) else straight_line
        ),
    )


def _choose(
    mean: FloatArray, error: FloatArray, n_parameters: npt.NDArray[np.intp]
) -> tuple[int, int, float]:
    """Return the best, the smallest that is as good, and the mean from which on one is as good."""
    rank = np.where(np.isfinite(mean), mean, -np.inf)
    best = int(np.lexsort((n_parameters, -rank))[0])
    threshold = float(mean[best] - np.nan_to_num(error[best]))
    as_good = np.flatnonzero(rank >= threshold)
    smallest = int(as_good[np.lexsort((-rank[as_good], n_parameters[as_good]))[0]])
    return best, smallest, threshold


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _plain(value: Any) -> Any:
    """Return a setting as JSON has it; text where JSON has nothing like it."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
