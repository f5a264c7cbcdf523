"""Candidates: the networks that a search has tried, their scores on every test fold, and views of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from separatrix.evaluate.intervals import FloatArray, IntArray
from separatrix.select.corrected_ttest import corrected_standard_error

_WORDS = {
    "log_loss": "log-loss",
    "brier_score": "Brier score",
    "r2": "R²",
    "f1": "F1",
    "roc_auc": "ROC AUC",
}


@dataclass(frozen=True)
class ShownMetric:
    """A score as it is shown: in words, and with the sign that its name turned.

    Attributes
    ----------
    name : str
        Such as "log-loss".
    sign : {-1, 1}
        Factor from a score to the number that is shown.
    """

    name: str
    sign: int

    @property
    def label(self) -> str:
        """Return the name, and the direction where lower is better."""
        return self.name if self.sign > 0 else f"{self.name}, lower is better"

    @property
    def mean_label(self) -> str:
        """Return the label of its mean over folds."""
        return self.label if "mean" in self.name else f"mean {self.label}"


def shown_metric(metric: str) -> ShownMetric:
    """Return how scikit-learn's score of that name is shown.

    Examples
    --------
    >>> shown_metric("neg_log_loss").label
    'log-loss, lower is better'
    >>> shown_metric("balanced_accuracy").label
    'balanced accuracy'
    """
    bare = metric.removeprefix("neg_")
    return ShownMetric(_WORDS.get(bare, bare.replace("_", " ")), 1 if bare == metric else -1)


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
    """What a search knows of the networks that it has tried on all folds.

    Attributes
    ----------
    metric : str
        scikit-learn's name of the score; higher is better.
    params : sequence of mapping
        What makes each candidate.
    hidden_layer_sizes : sequence of tuple of int
        Units of each hidden layer; empty for a straight line.
    n_parameters : int ndarray of shape (n_candidates,)
        Weights and biases, by which networks are called smaller.
    scores : float ndarray of shape (n_candidates, n_splits)
        One column for every test fold, repeat after repeat; NaN where a training diverged or failed.
    n_train, n_test : int ndarray of shape (n_splits,)
        Rows.
    n_diverged, n_limited : int ndarray of shape (n_candidates,)
        Trainings that diverged, and that reached `max_iter` before they had converged.
    curves : sequence of sequence of LossCurve
        One for every split of every candidate; empty where none were kept.
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
        """Mean score of each candidate; NaN if any of its trainings has none."""
        return np.asarray(self.scores.mean(axis=1))

    @property
    def standard_error(self) -> FloatArray:
        """Nadeau and Bengio's standard error of each mean; NaN where the mean is, or with one split."""
        return corrected_standard_error(self.scores, self.n_train, self.n_test)

    @property
    def shown_metric(self) -> ShownMetric:
        """The metric in words, and its sign."""
        return shown_metric(self.metric)

    def __repr__(self) -> str:
        """Count them; their arrays are too long to show."""
        return f"Candidates({len(self)} by {self.metric}, {self.scores.shape[1]} splits)"

    def __len__(self) -> int:
        """Count the candidates."""
        return len(self.params)


def pareto_front(n_parameters: IntArray, mean: FloatArray) -> IntArray:
    """Return the candidates that score higher than every other that is not larger, the smallest first.

    Parameters
    ----------
    n_parameters : int ndarray of shape (n_candidates,)
    mean : float ndarray of shape (n_candidates,)
        Scores, higher is better; those that are not finite are passed over.

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


@dataclass(frozen=True, eq=False)
class MeanCurve:
    """Mean, lowest and highest loss over the splits.

    Attributes
    ----------
    epochs : int ndarray of shape (n_points,)
        Every epoch of which a split has a loss.
    mean, low, high : float ndarray of shape (n_points,)
    """

    epochs: IntArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray


def mean_curve(curves: Sequence[LossCurve]) -> MeanCurve:
    """Average curves, which may have been thinned to different epochs and end at different ones.

    Between two of its points a curve is a straight line. A training that has stopped keeps its last loss: its
    network is the one that is scored.

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
    return f"{len(sizes)} layer{'s' * (len(sizes) > 1)} of {sizes[0]}"


def candidate_names(candidates: Candidates, indices: Sequence[int]) -> tuple[str, list[str]]:
    """Return what the parts of the names are, and for each of these candidates its name.

    The parts are the hidden layers, and the settings in which these candidates differ.

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
    chosen = [
        {name.rpartition("__")[2]: _text(value) for name, value in candidates.params[index].items()}
        for index in indices
    ]
    known = dict.fromkeys(name for texts in chosen for name in texts if name != "hidden_layer_sizes")
    varying = [name for name in known if len({texts.get(name) for texts in chosen}) > 1]
    names = []
    for index, texts in zip(indices, chosen, strict=True):
        layers = "-".join(map(str, candidates.hidden_layer_sizes[index])) or "none"
        names.append(", ".join([layers, *(texts.get(name, "–") for name in varying)]))
    return ", ".join(["hidden layers", *varying]), names


def _text(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, float | np.floating) else str(value)
