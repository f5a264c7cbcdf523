"""Candidates: the networks that a search has tried, their scores on every test fold, and views of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from separatrix.evaluate.intervals import FloatArray, IntArray
from separatrix.select.corrected_ttest import corrected_standard_error
from separatrix.text import plural

LAYERS = "hidden_layer_sizes"

_METRIC_NAMES = {
    "log_loss": "log-loss",
    "brier_score": "Brier score",
    "r2": "R²",
    "f1": "F1",
    "roc_auc": "ROC AUC",
}


@dataclass(frozen=True)
class ShownMetric:
    """A score as it is shown: its name in words, and the sign of the number.

    Attributes
    ----------
    name : str
        Such as "log-loss".
    sign : {-1, 1}
        Factor from scikit-learn's score to the number that is shown.
    """

    name: str
    sign: int

    @property
    def label(self) -> str:
        """The name, and the direction if lower is better."""
        return self.name if self.sign > 0 else f"{self.name}, lower is better"

    @property
    def mean_label(self) -> str:
        """The label of the mean over folds."""
        return self.label if "mean" in self.name else f"mean {self.label}"


def shown_metric(metric: str) -> ShownMetric:
    """Return how a score is shown, given its name in scikit-learn.

    Examples
    --------
    >>> shown_metric("neg_log_loss").label
    'log-loss, lower is better'
    >>> shown_metric("balanced_accuracy").label
    'balanced accuracy'
    """
    bare = metric.removeprefix("neg_")
    return ShownMetric(_METRIC_NAMES.get(bare, bare.replace("_", " ")), 1 if bare == metric else -1)


@dataclass(frozen=True, eq=False)
class LossCurve:
    """The training loss of one network on one fold, thinned to some dozens of epochs.

    Attributes
    ----------
    epochs : ndarray of shape (n_points,)
        Counted from 1.
    loss : ndarray of shape (n_points,)
    """

    epochs: IntArray
    loss: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class Candidates:
    """The networks that a search has tried on all folds, with their scores.

    Attributes
    ----------
    metric : str
        scikit-learn's name of the score; higher is better.
    params : sequence of mapping
        The parameters of each candidate.
    hidden_layer_sizes : sequence of tuple of int
        Units of each hidden layer; empty for a linear model.
    n_parameters : int ndarray of shape (n_candidates,)
        Number of weights and biases: the size by which one network is smaller than another.
    scores : float ndarray of shape (n_candidates, n_splits)
        One column for each test fold, repeat after repeat; NaN where a training diverged or failed.
    n_train, n_test : int ndarray of shape (n_splits,)
        Number of rows.
    n_diverged, n_limited : int ndarray of shape (n_candidates,)
        Number of trainings that diverged, and that reached `max_iter` before they had converged.
    curves : sequence of sequence of LossCurve
        One for each split of each candidate; empty if none were kept.
    """

    metric: str
    params: Sequence[Mapping[str, Any]]
    hidden_layer_sizes: Sequence[tuple[int, ...]]
    n_parameters: IntArray
    scores: FloatArray
    n_train: IntArray
    n_test: IntArray
    n_diverged: IntArray
    n_limited: IntArray
    curves: Sequence[Sequence[LossCurve]] = field(default=())

    @property
    def mean(self) -> FloatArray:
        """Mean score of each candidate; NaN if one of its trainings has no score."""
        return np.asarray(self.scores.mean(axis=1))

    @property
    def standard_error(self) -> FloatArray:
        """Nadeau and Bengio's standard error of each mean; NaN where the mean is NaN, or with one split."""
        return corrected_standard_error(self.scores, self.n_train, self.n_test)

    @property
    def shown_metric(self) -> ShownMetric:
        """The metric in words, and its sign."""
        return shown_metric(self.metric)

    def __repr__(self) -> str:
        """Return the number of candidates and splits; the arrays are too long to show."""
        return f"Candidates({len(self)} by {self.metric}, {self.scores.shape[1]} splits)"

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.params)


def pareto_front(n_parameters: IntArray, mean: FloatArray) -> IntArray:
    """Return the Pareto front of size and score: candidates that score higher than all that are not larger.

    Parameters
    ----------
    n_parameters : int ndarray of shape (n_candidates,)
    mean : float ndarray of shape (n_candidates,)
        Scores, higher is better; those that are not finite are ignored.

    Returns
    -------
    int ndarray of shape (n_front,)
        Indices, the smallest candidate first.

    Examples
    --------
    >>> pareto_front(np.array([9, 3, 5, 9]), np.array([0.9, 0.7, 0.6, 0.8])).tolist()
    [1, 0]
    """
    scores = np.where(np.isfinite(mean), mean, -np.inf)
    order = np.lexsort((-scores, n_parameters))
    before = np.maximum.accumulate(np.concatenate([[-np.inf], scores[order]]))[:-1]
    return np.asarray(order[scores[order] > before])


def lower_fence(mean: FloatArray) -> float:
    """Return Tukey's outer fence: a score below it is far out (Exploratory Data Analysis, 1977, section 2D).

    Examples
    --------
    >>> lower_fence(np.array([1.0, 2.0, 3.0, 4.0, -50.0]))
    -5.0
    """
    low, high = np.quantile(mean[np.isfinite(mean)], (0.25, 0.75))
    return float(low - 3 * (high - low))


@dataclass(frozen=True, eq=False)
class ArchitectureTable:
    """The best candidate for each depth (rows) and width (columns).

    The width of a network is that of its widest hidden layer, so 8-4 is in the same cell as 8-8. A linear
    model has no width: its row holds the same values in every column.

    Attributes
    ----------
    depths : int ndarray of shape (n_depths,)
        Number of hidden layers, ascending.
    widths : int ndarray of shape (n_widths,)
        Ascending; a single 0 if only linear models were tried.
    n_tried : int ndarray of shape (n_depths, n_widths)
        Number of candidates.
    best : int ndarray of shape (n_depths, n_widths)
        Index of the candidate with the highest mean; -1 if none has a score.
    mean, error : float ndarray of shape (n_depths, n_widths)
        Mean score of that candidate, and its standard error; NaN if there is none.
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
    """Return the best candidate for each depth and width.

    Parameters
    ----------
    candidates : Candidates
    baseline_scores : ndarray of shape (n_splits,), optional
        Scores of the linear baseline. They replace those of the best candidate without hidden layers, which
        may not have been trained until it converged.

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


@dataclass(frozen=True, eq=False)
class MeanCurve:
    """Mean, lowest and highest loss over the splits.

    Attributes
    ----------
    epochs : int ndarray of shape (n_points,)
        All epochs at which a split has a loss.
    mean, low, high : float ndarray of shape (n_points,)
    """

    epochs: IntArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray


def mean_curve(curves: Sequence[LossCurve]) -> MeanCurve:
    """Average curves, which may have been thinned to different epochs and end at different ones.

    Between two of its points a curve is interpolated linearly. A training that has stopped keeps its last
    loss, since its network is the one that is scored.

    Examples
    --------
    >>> short = LossCurve(np.array([1, 2]), np.array([1.0, 0.5]))
    >>> long = LossCurve(np.array([1, 3]), np.array([0.9, 0.1]))
    >>> mean_curve([short, long]).mean.tolist()
    [0.95, 0.5, 0.3]
    """
    epochs = np.unique(np.concatenate([curve.epochs for curve in curves]))
    losses = np.array([np.interp(epochs, curve.epochs, curve.loss) for curve in curves])
    return MeanCurve(epochs, losses.mean(axis=0), losses.min(axis=0), losses.max(axis=0))


def layers_text(sizes: tuple[int, ...]) -> str:
    """Return the hidden layers in words.

    Examples
    --------
    >>> [layers_text(sizes) for sizes in ((), (8,), (16, 16), (8, 4))]
    ['straight line', '1 layer of 8', '2 layers of 16', 'layers of 8-4']
    """
    if not sizes:
        return "straight line"
    if len(set(sizes)) > 1:
        return f"layers of {'-'.join(map(str, sizes))}"
    return f"{plural(len(sizes), 'layer')} of {sizes[0]}"


def candidate_names(candidates: Candidates, indices: Sequence[int]) -> tuple[str, list[str]]:
    """Return a header for the names of some candidates, and their names.

    A name consists of the hidden layers and the parameters in which these candidates differ.

    Examples
    --------
    >>> none = np.zeros(2, dtype=int)
    >>> params = [{"mlp__activation": "tanh"}, {"mlp__activation": "relu"}]
    >>> candidates = Candidates(
    ...     "r2", params, [(), (8, 4)], none, np.zeros((2, 1)), none[:1], none[:1], none, none
    ... )
    >>> candidate_names(candidates, [0, 1])
    ('hidden layers, activation', ['none, tanh', '8-4, relu'])
    """
    varying = varying_parameters([candidates.params[index] for index in indices], digits=2)
    header = ", ".join(["hidden layers", *(name.rpartition("__")[2] for name in varying)])
    names = []
    for index in indices:
        values = [parameter_text(candidates.params[index].get(name, "–"), digits=2) for name in varying]
        names.append(", ".join([sizes_text(candidates.hidden_layer_sizes[index]), *values]))
    return header, names


def varying_parameters(params: Sequence[Mapping[str, Any]], *, digits: int) -> list[str]:
    """Return the names of the parameters that differ when written with some digits, except the layers."""
    names = dict.fromkeys(name for values in params for name in values if not name.endswith(LAYERS))
    texts = {name: {parameter_text(values.get(name), digits=digits) for values in params} for name in names}
    return [name for name in names if len(texts[name]) > 1]


def parameter_text(value: Any, *, digits: int) -> str:
    """Return a parameter's value as text, a float with some significant digits."""
    return f"{value:.{digits}g}" if isinstance(value, float | np.floating) else str(value)


def sizes_text(sizes: Sequence[int]) -> str:
    """Return the hidden layers as in ``8-4``, or ``none``."""
    return "-".join(map(str, sizes)) or "none"
