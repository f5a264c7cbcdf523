"""Comparison of two models: whether one is better than the other on the same test rows.

One test, fixed in advance, decides the verdict: the paired t-test of the losses of single rows (log-loss or
squared error). The others are reported for information, so that the result cannot be improved by choosing a
test. All of them compare two *fitted* models: the interval does not include how much another training would
change.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from separatrix import check
from separatrix.decision import Decision
from separatrix.evaluate.auc import auc_difference, auc_influence, undefined_reason
from separatrix.evaluate.classification import distribution_matrix, encoded_labels, row_log_losses
from separatrix.evaluate.cost import Cost
from separatrix.evaluate.intervals import LEVEL, FloatArray, IntArray, Interval, intervals_note
from separatrix.evaluate.regression import same_shape, target_matrix
from separatrix.text import aligned, p_text, plain_spec, plural

ClassMetric = Literal["log-loss", "ROC AUC"]
LOG_LOSS: ClassMetric = "log-loss"
ROC_AUC: ClassMetric = "ROC AUC"
COST = "cost of a row"

Outcome = Literal["better", "looks better", "no better", "worse", "too few rows"]

# A model that is confident, and wrong on one row in ten, loses on that row all that it gains on the other
# nine. One in three tests of 10 rows has no such row, and would call the model better; of 30 rows, one in 25.
MIN_ROWS = 30
# Differences that are the same on all rows have a spread of this size, because of rounding.
_ROUNDING = 1e-13

_ALPHA = 1 - LEVEL


@dataclass(frozen=True)
class PairedTest:
    """One metric of both models and the advantage of the first, positive if the first is better.

    `p_value` is two-sided, of no difference; None if the rows do not define it.
    """

    metric: str
    test: str
    first: float | None
    second: float | None
    advantage: Interval
    p_value: float | None


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two models on the same rows.

    Attributes
    ----------
    names : tuple of two str
    primary : PairedTest
        The test that decides the verdict.
    others : tuple of PairedTest
        For information.
    outcome : {"better", "looks better", "no better", "worse", "too few rows"}
        Of the first model compared with the second: "better" or "worse" if p < 0.05; "looks better" if it is
        better, but this could be chance; "no better" if it is equal, or worse by a difference that could be
        chance; "too few rows" with fewer than 30.
    verdict : str
        The outcome as a sentence with the numbers.
    n_rows : int
    """

    names: tuple[str, str]
    primary: PairedTest
    others: tuple[PairedTest, ...]
    outcome: Outcome
    verdict: str
    n_rows: int

    def __repr__(self) -> str:
        """Return the text of `to_text`."""
        return self.to_text()

    def to_dict(self) -> dict[str, Any]:
        """Return everything as nested dictionaries that `json.dumps` accepts."""
        return asdict(self)

    def to_text(self) -> str:
        """Return the verdict and an aligned table of all tests as plain text."""
        table: list[tuple[str, ...]] = [("", *self.names, "advantage", "p", "test")]
        for test in (self.primary, *self.others):
            p_value = "-" if test.p_value is None else p_text(test.p_value).removeprefix("= ")
            values = ("-" if value is None else f"{value:.4g}" for value in (test.first, test.second))
            table.append((test.metric, *values, f"{test.advantage:.3g}", p_value, test.test))
        note = f"{intervals_note(self.n_rows)}; the first line decides the verdict."
        return f"{self.verdict}\n\n{aligned(table)}\n\n{note}"


def compare_classifiers(
    y_true: npt.ArrayLike,
    proba_a: npt.ArrayLike,
    proba_b: npt.ArrayLike,
    classes: npt.ArrayLike,
    *,
    names: tuple[str, str] = ("the first model", "the second model"),
    decided_by: ClassMetric = LOG_LOSS,
    threshold_a: float | None = None,
    threshold_b: float | None = None,
    positive: int = 1,
    cost: Cost | None = None,
) -> Comparison:
    """Compare two classifiers on the same rows; the log-loss decides, unless another metric is named.

    Parameters
    ----------
    y_true : array-like of shape (n_rows,)
        True labels.
    proba_a, proba_b : array-like of shape (n_rows, n_classes)
        Probabilities of the two models.
    classes : array-like of shape (n_classes,)
        The label of each column.
    names : tuple of two str
        Names of the models in the verdict.
    decided_by : {"log-loss", "ROC AUC"}, default="log-loss"
        ROC AUC suits models that were trained with class weights: weights shift the probabilities, which the
        log-loss judges, and not the order of the rows. If the AUC is undefined, the log-loss decides.
    threshold_a, threshold_b : float, optional
        Of two classes: the probability of the positive one from which on it is the answer of a model; by
        default the most probable class is.
    positive : int, default=1
        Of two classes: the index of the positive one.
    cost : Cost, optional
        Of two classes: what wrong answers cost; the costs of the answers are compared, too.

    Raises
    ------
    DataError
        As `classification_report`.
    ParameterError
        If `decided_by` is another metric.

    References
    ----------
    Loss differences: F. X. Diebold and R. S. Mariano, Journal of Business & Economic Statistics 13 (1995),
    without serial correlation. Accuracy: Q. McNemar, Psychometrika 12 (1947), in its exact binomial form;
    recommended by T. G. Dietterich, Neural Computation 10 (1998). AUC: DeLong et al., Biometrics 44 (1988).

    Examples
    --------
    >>> y_true = [0, 1] * 20
    >>> sure = [[0.9, 0.1], [0.2, 0.8]] * 20
    >>> unsure = [[0.6, 0.4], [0.5, 0.5]] * 20
    >>> print(compare_classifiers(y_true, sure, unsure, [0, 1], names=("the network", "chance")).verdict)
    The network is better than chance (log-loss lower by 0.438 [0.427, 0.448], p < 0.001, 40 rows).
    """
    labels, codes = encoded_labels(y_true, classes)
    first = distribution_matrix(proba_a, len(codes), len(labels), name="proba_a")
    second = distribution_matrix(proba_b, len(codes), len(labels), name="proba_b")
    check.choice("decided_by", decided_by, (LOG_LOSS, ROC_AUC))
    losses = _paired_losses(LOG_LOSS, row_log_losses(codes, first), row_log_losses(codes, second))
    auc = _paired_auc(codes, first, second, labels)
    is_auc = decided_by == ROC_AUC and auc.advantage.value is not None
    primary, other = (auc, losses) if is_auc else (losses, auc)
    answers = [
        Decision(threshold=threshold, positive=positive).indices(proba)
        for threshold, proba in ((threshold_a, first), (threshold_b, second))
    ]
    others: tuple[PairedTest, ...] = (_paired_accuracy(codes, *answers), other)
    if cost is not None:
        costs = (cost.of_answers(codes, each, labels, positive) for each in answers)
        others += (_paired_losses(COST, *costs),)
    return comparison(names, primary, others, len(codes))


def compare_regressors(
    y_true: npt.ArrayLike,
    pred_a: npt.ArrayLike,
    pred_b: npt.ArrayLike,
    *,
    names: tuple[str, str] = ("the first model", "the second model"),
) -> Comparison:
    """Compare two regressors on the same rows; the squared error decides.

    The errors of several targets are averaged, as with scikit-learn's ``uniform_average``.

    Parameters
    ----------
    y_true, pred_a, pred_b : array-like of shape (n_rows,) or (n_rows, n_targets)
        True values, and the predictions of the two models.
    names : tuple of two str
        Names of the models in the verdict.

    Raises
    ------
    DataError
        If the shapes differ or a value is not finite.

    Examples
    --------
    >>> y_true = [0.0, 1.0, 2.0, 3.0] * 10
    >>> near, far = [0.1, 0.9, 2.0, 3.1] * 10, [0.0, 1.1, 2.0, 3.0] * 10
    >>> compare_regressors(y_true, near, far, names=("the network", "a straight line")).outcome
    'worse'
    """
    truth = target_matrix(y_true, name="y_true")
    errors = []
    for name, values in (("pred_a", pred_a), ("pred_b", pred_b)):
        predicted = target_matrix(values, name=name)
        same_shape(truth, predicted, name=name)
        errors.append(predicted - truth)
    squared = [(error**2).mean(axis=1) for error in errors]
    absolute = [np.abs(error).mean(axis=1) for error in errors]
    primary = _paired_losses("mean squared error", squared[0], squared[1])
    others = (_paired_losses("mean absolute error", absolute[0], absolute[1]),)
    return comparison(names, primary, others, len(truth))


def _paired_losses(metric: str, first: FloatArray, second: FloatArray) -> PairedTest:
    """Return Student's t-test of the mean difference of the losses of each row."""
    gain = second - first
    advantage, p_value = float(gain.mean()), None
    if len(gain) == 1:
        interval = Interval(advantage, reason="one row only")
    elif np.ptp(gain) <= _ROUNDING * np.abs(gain).max():
        interval, p_value = Interval(advantage, advantage, advantage), float(advantage == 0)
    else:
        test = stats.ttest_rel(second, first)
        ends = test.confidence_interval(LEVEL)
        interval, p_value = Interval(advantage, float(ends.low), float(ends.high)), float(test.pvalue)
    return PairedTest(metric, "paired t", float(first.mean()), float(second.mean()), interval, p_value)


def _paired_accuracy(codes: IntArray, first: IntArray, second: IntArray) -> PairedTest:
    """Return McNemar's exact test: of the rows that only one model gets right, whether each gets half.

    The interval is the exact binomial one of that fraction, as a difference of accuracies. It therefore
    excludes zero if, and only if, p < 0.05.
    """
    right_first, right_second = first == codes, second == codes
    n_first, n_second = int((right_first & ~right_second).sum()), int((right_second & ~right_first).sum())
    n_discordant = n_first + n_second
    p_value = 1.0
    interval = Interval(0.0, reason="both right on the same rows")
    if n_discordant:
        result = stats.binomtest(n_first, n_discordant)
        ends = result.proportion_ci(LEVEL, method="exact")
        fractions = (n_first / n_discordant, float(ends.low), float(ends.high))
        value, low, high = ((2 * fraction - 1) * n_discordant / len(codes) for fraction in fractions)
        interval = Interval(value, low, high)
        p_value = float(result.pvalue)
    return PairedTest(
        "accuracy", "McNemar, exact", float(right_first.mean()), float(right_second.mean()), interval, p_value
    )


def _paired_auc(
    codes: IntArray, first: FloatArray, second: FloatArray, labels: tuple[Any, ...]
) -> PairedTest:
    test = "DeLong, paired"
    if reason := undefined_reason(codes, labels):
        return PairedTest(ROC_AUC, test, None, None, Interval(None, reason=reason), None)
    advantage, p_value = auc_difference(codes, first, second)
    area_first, area_second = (auc_influence(codes, proba)[0] for proba in (first, second))
    return PairedTest(ROC_AUC, test, area_first, area_second, advantage, p_value)


def comparison(
    names: tuple[str, str], primary: PairedTest, others: tuple[PairedTest, ...], n_rows: int
) -> Comparison:
    """Return the comparison that follows from these tests, with its verdict in words."""
    outcome = _outcome(primary, n_rows)
    verdict = _verdict(outcome, names, primary, n_rows)
    return Comparison(names, primary, others, outcome, verdict, n_rows)


def _outcome(primary: PairedTest, n_rows: int) -> Outcome:
    advantage = primary.advantage.value
    if n_rows < MIN_ROWS or primary.p_value is None or advantage is None:
        return "too few rows"
    if primary.p_value < _ALPHA:
        return "better" if advantage > 0 else "worse"
    return "looks better" if advantage > 0 else "no better"


def _verdict(outcome: Outcome, names: tuple[str, str], primary: PairedTest, n_rows: int) -> str:
    first, second = names
    sentence = {
        "better": f"{first} is better than {second}",
        "looks better": f"{first} was better than {second} on these rows, but the difference could be chance",
        "no better": f"{first} is no better than {second}",
        "worse": f"{first} is worse than {second}",
        "too few rows": f"too few rows to compare {first} with {second}",
    }[outcome]
    return f"{sentence[0].upper()}{sentence[1:]} ({_numbers(primary, n_rows)})."


def _numbers(primary: PairedTest, n_rows: int) -> str:
    """Return ``log-loss lower by 0.08 [0.03, 0.13], p = 0.002, 200 rows``, or ``higher by``."""
    interval = primary.advantage
    is_loss = primary.metric != ROC_AUC
    direction = "lower" if is_loss else "higher"
    if interval.value is not None and interval.value < 0:
        interval = -interval
        direction = "higher" if is_loss else "lower"
    size = format(interval, plain_spec(interval.value or 0.0, 3))
    parts = [f"{primary.metric} {direction} by {size}", plural(n_rows, "row")]
    if primary.p_value is not None:
        parts.insert(1, f"p {p_text(primary.p_value)}")
    return ", ".join(parts)
