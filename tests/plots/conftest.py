from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray
from sklearn.datasets import make_circles
from sklearn.exceptions import ConvergenceWarning

from separatrix.estimators import MLPClassifier
from separatrix.select import corrected_standard_error
from separatrix.select.candidates import Candidates, LossCurve


@pytest.fixture(autouse=True)
def _figures_in_memory() -> Iterator[None]:
    """Draw without a screen, and leave no figure open."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def overlapping_texts() -> Callable[[Figure], list[tuple[str, str]]]:
    """Return a function that lists the texts of a figure that overlap or are cut off."""
    return _overlapping_texts


def _overlapping_texts(figure: Figure) -> list[tuple[str, str]]:
    figure.draw_without_rendering()  # places the texts, which is all that is asked
    hidden = _hidden_tick_labels(figure)
    boxes = [
        (text.get_text(), text.get_window_extent().padded(-1))
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in hidden
    ]
    page = figure.bbox.padded(2)
    cut = [
        (text, "the edge")
        for text, box in boxes
        if not all(page.contains(x, y) for x, y in (box.min, box.max))
    ]
    return cut + [(a, b) for (a, at), (b, bt) in combinations(boxes, 2) if at.overlaps(bt)]


def _hidden_tick_labels(figure: Figure) -> set[Text]:
    """Return the labels that matplotlib keeps but does not draw."""
    hidden = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            margin = 1e-6 * (high - low)
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not ax.axison or not low - margin <= tick.get_loc() <= high + margin:
                    hidden |= {tick.label1, tick.label2}
    return hidden


@pytest.fixture(scope="session")
def filmed() -> tuple[MLPClassifier, NDArray[np.float64], NDArray[np.str_]]:
    """Return a classifier that recorded its eight epochs, and its training rows."""
    X, codes = make_circles(60, noise=0.1, factor=0.3, random_state=0)
    y = np.array(["outer", "inner"])[codes]
    classifier = MLPClassifier(
        (3,), "tanh", max_iter=8, learning_rate_init=0.1, record=1, random_state=0, engine="numpy"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return classifier.fit(X, y), X, y


@pytest.fixture(scope="session")
def stopped() -> tuple[MLPClassifier, NDArray[np.float64], NDArray[np.int_]]:
    """Return a classifier that recorded its epochs and went back to one before the last, and its rows."""
    X, y = make_circles(200, noise=0.2, factor=0.5, random_state=0)
    settings = {"early_stopping": True, "learning_rate_init": 0.05, "record": 1, "random_state": 0}
    classifier = MLPClassifier((4,), n_iter_no_change=5, engine="numpy", **settings).fit(X, y)
    assert classifier.stop_.best_epoch < classifier.stop_.epoch
    return classifier, X, y


@pytest.fixture(scope="session")
def searched() -> SimpleNamespace:
    """Return what displays need from a search of 40 networks, two of which diverged."""
    return _searched()


def _searched() -> SimpleNamespace:
    rng = np.random.default_rng(0)
    sizes = [(width,) * depth for depth in range(4) for width in (1, 4, 16)][2:] * 4
    n, n_splits = len(sizes), 6
    n_parameters = np.array([sum((a + 1) * b for a, b in pairwise([2, *layers, 1])) for layers in sizes])
    loss = 0.3 + 0.4 * np.exp(-n_parameters / 60) + rng.exponential(0.03, n)
    loss[[3, 6, 5]] = 0.29, 0.285, 30.0  # as good, best, and far worse than all
    scores = -loss[:, np.newaxis] + 0.02 * rng.standard_normal((n, n_splits))
    scores[[7, 8], 0] = np.nan
    scores[[9, 19, 29, 39], 1] = np.nan  # every network of three layers of 16
    params = [
        {"hidden_layer_sizes": layers, "activation": ("tanh", "relu")[index % 2], "alpha": 0.1 / (1 + index)}
        for index, layers in enumerate(sizes)
    ]
    epochs = np.array([1, 2, 5, 10, 20, 50])
    curves = [
        [
            LossCurve(epochs[: 5 + split % 2], (last + 1 / epochs)[: 5 + split % 2])
            for split in range(n_splits)
        ]
        for last in loss
    ]
    splits = np.full(n_splits, 80), np.full(n_splits, 40)
    n_diverged = np.isnan(scores).sum(axis=1)
    n_limited = np.where(np.arange(n) % 3 == 0, 2, 0)
    candidates = Candidates(
        "neg_log_loss", params, sizes, n_parameters, scores, *splits, n_diverged, n_limited, curves
    )
    best = int(np.nanargmax(candidates.mean))
    error = corrected_standard_error(scores[best], *splits)
    as_good = np.flatnonzero(candidates.mean >= candidates.mean[best] - error)
    verdict = SimpleNamespace(best=best, smallest_as_good=int(as_good[n_parameters[as_good].argmin()]))
    return SimpleNamespace(
        candidates_=candidates, baseline_scores_=np.linspace(-0.72, -0.68, n_splits), verdict_=verdict
    )
