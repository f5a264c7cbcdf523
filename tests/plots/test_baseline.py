"""Some displays as they should look; ``python tests/plots/test_baseline.py`` draws the images again.

They are compared without texts and coarsely, as fonts and the drawing of edges differ between versions of
matplotlib.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import make_circles

from separatrix.data.datasets import make_gaussians
from separatrix.estimators import MLPClassifier
from separatrix.model import Model
from separatrix.network import SGD, Network
from separatrix.plots import (
    DecisionBoundaryDisplay,
    HiddenUnitsDisplay,
    LossSurfaceDisplay,
    NetworkDiagramDisplay,
    SearchCurvesDisplay,
    SearchHeatmapDisplay,
    SearchParetoDisplay,
)
from separatrix.select.candidates import Candidates, LossCurve

pytestmark = pytest.mark.slow

BASELINE = Path(__file__).with_name("baseline")
DPI = 60
COARSE = (96, 72)  # pixels that are compared, of three channels from 0 to 255
TOLERANCE = 2.0

# Three lines around the origin: known weights, so that no training can change the images.
TRIANGLE = Model(
    Network.mlp(2, (3,), 1, activation="logistic"),
    [6.0, -6.0, 0.0, 4.0, 4.0, -8.0, 3.0, 3.0, 3.0, 8.0, 8.0, 8.0, -20.0],
    classes=["outer", "inner"],
)
POINTS, CODES = make_circles(60, noise=0.1, factor=0.3, random_state=0)


def boundary() -> Figure:
    return DecisionBoundaryDisplay.from_estimator(TRIANGLE, POINTS, TRIANGLE.classes[CODES]).figure_


def hidden_units() -> Figure:
    return HiddenUnitsDisplay.from_estimator(TRIANGLE, POINTS).figure_


def network_diagram() -> Figure:
    return NetworkDiagramDisplay.from_estimator(TRIANGLE).figure_


def loss_surface() -> Figure:
    X, y = make_gaussians(20, random_state=1)
    classifier = MLPClassifier(
        (),
        solver=SGD(),
        learning_rate_init=2.0,
        alpha=0.0,
        batch_size="full",
        max_iter=10,
        n_iter_no_change=11,
        init=([[[-4.0], [-2.0]]], [[]]),
        fit_intercept=False,
        record=1,
        engine="numpy",
    )
    with pytest.warns(match="Training reached its limit"):
        classifier.fit(X, y)
    return LossSurfaceDisplay.from_estimator(classifier, X, y).figure_


def searched() -> Candidates:
    """Return a candidate for every depth and width but one, with curves that fall to their losses."""
    sizes = [(width,) * depth for depth in (1, 2, 3) for width in (2, 4, 8, 16)][:-1]
    n_parameters = np.array([sum((a + 1) * b for a, b in pairwise([2, *layers, 1])) for layers in sizes])
    loss = 0.3 + 1 / n_parameters + 0.1 * (np.arange(11) % 3)
    scores = -loss[:, np.newaxis] + [-0.02, 0.0, 0.02]
    epochs = np.array([1, 2, 5, 10, 20, 50])
    curves = [[LossCurve(epochs, last + end / epochs) for end in (0.5, 0.6, 0.7)] for last in loss]
    splits, none = (np.full(3, 80), np.full(3, 40)), np.zeros(11, dtype=int)
    limited = np.arange(11) % 2
    return Candidates("neg_log_loss", [{}] * 11, sizes, n_parameters, scores, *splits, none, limited, curves)


def search_heatmap() -> Figure:
    return SearchHeatmapDisplay(searched(), best=6, smallest_as_good=3).plot().figure_


def search_pareto() -> Figure:
    line = np.full(3, -0.5)
    return SearchParetoDisplay(searched(), best=6, smallest_as_good=3, baseline_scores=line).plot().figure_


def search_curves() -> Figure:
    return SearchCurvesDisplay(searched(), best=6, smallest_as_good=3).plot().figure_


DISPLAYS = (
    boundary,
    hidden_units,
    network_diagram,
    loss_surface,
    search_heatmap,
    search_pareto,
    search_curves,
)


def save_without_texts(figure: Figure, path: Path) -> None:
    for ax in figure.axes:
        ax.tick_params(labelbottom=False, labelleft=False, labelright=False)
    for text in figure.findobj(Text):
        text.set_visible(False)
    for legend in figure.findobj(Legend):
        legend.remove()
    figure.savefig(path, dpi=DPI)


def coarse(path: Path) -> NDArray[np.float64]:
    return np.asarray(Image.open(path).convert("RGB").resize(COARSE, Image.Resampling.BOX), dtype=np.float64)


def difference(actual: Path, expected: Path) -> float:
    """Return the root of the mean square over pixels and channels."""
    return float(np.sqrt(np.mean((coarse(actual) - coarse(expected)) ** 2)))


@pytest.mark.parametrize("draw", DISPLAYS, ids=lambda draw: draw.__name__)
def test_a_display_looks_as_it_should(draw: Callable[[], Figure], tmp_path: Path) -> None:
    save_without_texts(draw(), tmp_path / "drawn.png")
    assert difference(tmp_path / "drawn.png", BASELINE / f"{draw.__name__}.png") < TOLERANCE


def test_other_fonts_are_tolerated(tmp_path: Path) -> None:
    with mpl.rc_context({"font.family": "serif", "font.size": 11}):
        save_without_texts(loss_surface(), tmp_path / "serif.png")
    assert difference(tmp_path / "serif.png", BASELINE / "loss_surface.png") < TOLERANCE


def test_missing_points_are_not(tmp_path: Path) -> None:
    figure = boundary()
    for points in figure.axes[0].collections[-2:]:
        points.remove()
    save_without_texts(figure, tmp_path / "empty.png")
    assert difference(tmp_path / "empty.png", BASELINE / "boundary.png") > TOLERANCE


if __name__ == "__main__":
    BASELINE.mkdir(exist_ok=True)
    for display in DISPLAYS:
        save_without_texts(display(), BASELINE / f"{display.__name__}.png")
