from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from separatrix.data.toys import make_circles
from separatrix.estimators import MLPClassifier


@pytest.fixture(autouse=True)
def _pictures_in_memory() -> Iterator[None]:
    """Draw without a screen, and leave no figure open."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def overlapping_texts() -> Callable[[Figure], list[tuple[str, str]]]:
    """Return what lists the pairs of a figure's texts that lie on each other, and those that are cut off."""
    return _overlapping_texts


def _overlapping_texts(figure: Figure) -> list[tuple[str, str]]:
    figure.canvas.draw()
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
    """Return the labels that matplotlib keeps but does not draw: beyond an axis' ends, or of axes without."""
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
