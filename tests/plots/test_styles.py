"""Every display in every style: no text lies on another or is cut off, nothing has the colour of its ground.

A new display is tested once it is in `CASES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.colors import to_rgba
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.spines import Spine
from matplotlib.text import Text

import separatrix as sx
from separatrix import Model, Network, plots
from separatrix.explain import trace
from separatrix.select.candidates import Candidates, LossCurve
from separatrix.train import History

pytestmark = pytest.mark.slow

LONG = "a rather long name of a column or class"
ROWS = np.random.RandomState(0).randn(120, 12)


def network(
    *sizes: int, head: str = "binary", activation: str = "tanh", seed: int = 3, **parts: Any
) -> Model:
    layers = Network.mlp(sizes[0], sizes[1:-1], sizes[-1], head=head, activation=activation)
    theta = 1.5 * np.random.RandomState(seed).randn(layers.n_parameters)
    return Model(layers, theta, **parts)


BINARY = network(2, 4, 1, classes=["outer", "inner"])
TWO = ROWS[:, :2]
TRUTH = np.where((TWO**2).sum(axis=1) > 1, "outer", "inner")
NAMES = [f"{LONG} {number}" for number in range(10)]
TEN = network(2, 8, 10, head="multiclass", classes=NAMES, feature_names=NAMES[:2])
MANY = network(12, 6, 3, head="multiclass", classes=["low", "middle", "high"])
CURVE = network(1, 5, 1, classes=["no", "yes"], feature_names=["dose"])
NUMBERS = network(1, 5, 1, head="regression", target_name="price", feature_names=["area"])
EPOCHS = np.arange(1, 301)
HISTORY = History(loss=0.7 / EPOCHS**0.5 + 0.01, validation_loss=0.7 / EPOCHS**0.4 + 0.02)


def ten_labels() -> Any:
    return np.array(NAMES)[np.arange(len(TWO)) % 10]


def on_small_axes(draw: Callable[[Axes], object]) -> Figure:
    figure, axes = plt.subplots(2, 2, layout="constrained")
    for ax in axes.flat:
        draw(ax)
    return figure


@cache
def recorded() -> tuple[Any, Any]:
    """Return an estimator with a recording of a path that leaves every plane, and its rows' classes."""
    classifier = sx.MLPClassifier(
        (3,), "tanh", solver="lbfgs", max_iter=12, record=1, random_state=0, engine="numpy"
    )
    with pytest.warns(match="limit"):
        classifier.fit(TWO, TRUTH)
    return classifier, TRUTH


@cache
def straight() -> Any:
    settings = {"solver": "lbfgs", "fit_intercept": False, "record": 1, "random_state": 0}
    return sx.MLPClassifier((), engine="numpy", **settings).fit(TWO, ROWS[:, 2] < TWO @ [1.0, 2.0])


@cache
def searched() -> Any:
    rng = np.random.default_rng(0)
    sizes = [(width,) * depth for depth in range(4) for width in (1, 4, 16)][2:]
    n_parameters = np.array([4 * sum(layers) + 1 for layers in sizes])
    loss = 0.3 + 0.4 * np.exp(-n_parameters / 60) + rng.exponential(0.03, len(sizes))
    loss[5] = 30.0
    scores = -loss[:, np.newaxis] + 0.02 * rng.standard_normal((len(sizes), 4))
    scores[9, 1] = np.nan
    epochs = np.array([1, 2, 5, 10, 20, 50])
    curves = [[LossCurve(epochs, last + (1 + split / 5) / epochs) for split in range(4)] for last in loss]
    n_diverged, n_limited = np.isnan(scores).sum(axis=1), 2 * (np.arange(len(sizes)) % 3 == 0)
    params = [{"hidden_layer_sizes": size, "activation": ("tanh", "relu")[len(size) % 2]} for size in sizes]
    splits = np.full(4, 80), np.full(4, 40)
    candidates = Candidates(
        "neg_log_loss", params, sizes, n_parameters, scores, *splits, n_diverged, n_limited, curves
    )
    verdict = SimpleNamespace(best=int(np.nanargmax(candidates.mean)), smallest_as_good=3)
    return SimpleNamespace(candidates_=candidates, baseline_scores_=np.full(4, -0.7), verdict_=verdict)


def probabilities(n_classes: int, n_rows: int = 120) -> tuple[Any, Any]:
    rng = np.random.RandomState(0)
    truth = np.minimum(rng.geometric(0.5, n_rows) - 1, n_classes - 1)
    truth[:n_classes] = np.arange(n_classes)
    scores = rng.randn(n_rows, n_classes) + 3 * np.eye(n_classes)[truth]
    exponentials = np.exp(scores)
    return truth, exponentials / exponentials.sum(axis=1, keepdims=True)


def report(n_classes: int, classes: list[str]) -> Figure:
    truth, predicted = probabilities(n_classes)
    return sx.ReportDisplay.from_predictions(np.array(classes)[truth], predicted, classes=classes).figure_


def report_of_numbers() -> Figure:
    truth = 1000 * ROWS[:, 0]
    return sx.ReportDisplay.from_predictions(truth, truth + 300 * ROWS[:, 1]).figure_


def function_of_epochs() -> Figure:
    X, y = ROWS[:, :1], np.abs(ROWS[:, 0])
    settings = {"solver": "lbfgs", "max_iter": 12, "record": 1, "random_state": 0, "engine": "numpy"}
    with pytest.warns(match="limit"):
        regressor = sx.MLPRegressor(hidden_layer_sizes=(4,), activation="tanh", **settings).fit(X, y)
    return sx.FunctionFitDisplay.from_estimator(regressor, X, y, epochs=(0, 2, 5, 8, 12)).figure_


Boundary = sx.DecisionBoundaryDisplay
CASES: dict[str, Callable[[], Figure]] = {
    "boundary": lambda: Boundary.from_estimator(BINARY, TWO, TRUTH).figure_,
    "boundary, ten long names": lambda: Boundary.from_estimator(TEN, TWO, ten_labels()).figure_,
    "boundary, a plane of many columns": lambda: (
        Boundary.from_estimator(MANY, ROWS, MANY.predict(-ROWS), plane="pca").figure_
    ),
    "boundary, small": lambda: on_small_axes(lambda ax: Boundary.from_estimator(BINARY, TWO, TRUTH, ax=ax)),
    "boundary, compared": lambda: Boundary.compare({"a": BINARY, LONG: BINARY}, TWO, TRUTH)[0].figure_,
    "boundary, one class": lambda: (
        Boundary.from_predictions([0, 1, 2], [0, 1, 2], np.full((3, 3), 0.2), TWO, TWO[:, 0] > 0).figure_
    ),
    "curve": lambda: (
        sx.FunctionFitDisplay.from_estimator(CURVE, ROWS[:, :1], CURVE.predict(-ROWS[:, :1])).figure_
    ),
    "curve of numbers": lambda: (
        sx.FunctionFitDisplay.from_estimator(NUMBERS, ROWS[:, :1], ROWS[:, 0] ** 2).figure_
    ),
    "curve of several epochs": function_of_epochs,
    "loss": lambda: sx.LossCurveDisplay.from_history(HISTORY).figure_,
    "loss of several trainings": lambda: (
        sx.LossCurveDisplay.from_history({"rate 0.001": HISTORY, LONG: HISTORY}).figure_
    ),
    "loss, small": lambda: on_small_axes(lambda ax: sx.LossCurveDisplay.from_history(HISTORY, ax=ax)),
    "diagram": lambda: sx.NetworkDiagramDisplay.from_estimator(BINARY).figure_,
    "diagram, wide": lambda: (
        sx.NetworkDiagramDisplay.from_estimator(
            network(12, 40, 30, 10, head="multiclass", classes=NAMES)
        ).figure_
    ),
    "diagram, small": lambda: on_small_axes(
        lambda ax: sx.NetworkDiagramDisplay.from_estimator(BINARY, ax=ax)
    ),
    "hidden units": lambda: sx.HiddenUnitsDisplay.from_estimator(BINARY, TWO).figure_,
    "hidden units, ten classes": lambda: sx.HiddenUnitsDisplay.from_estimator(TEN, TWO).figure_,
    "hidden units, deep": lambda: (
        sx.HiddenUnitsDisplay.from_estimator(
            network(2, 6, 6, 6, 1, activation="relu", classes=["no", "yes"]), TWO
        ).figure_
    ),
    "hidden units, small": lambda: on_small_axes(
        lambda ax: sx.HiddenUnitsDisplay.from_estimator(BINARY, TWO, ax=ax)
    ),
    "hidden space": lambda: sx.HiddenSpaceDisplay.from_estimator(BINARY, TWO, TRUTH).figure_,
    "hidden space, many classes": lambda: (
        sx.HiddenSpaceDisplay.from_estimator(TEN, TWO, ten_labels()).figure_
    ),
    "surface": lambda: sx.LossSurfaceDisplay.from_estimator(straight(), TWO, TWO[:, 0] > 0).figure_,
    "surface, projected": lambda: sx.LossSurfaceDisplay.from_estimator(recorded()[0], TWO, TRUTH).figure_,
    "surface, in three dimensions": lambda: (
        sx.LossSurfaceDisplay.from_estimator(recorded()[0], TWO, TRUTH, kind="surface").figure_
    ),
    "surface of two weights": lambda: (
        sx.LossSurfaceDisplay.from_estimator(BINARY, TWO, TRUTH, parameters=(0, 1)).figure_
    ),
    "report": lambda: report(2, ["well", "ill"]),
    "report, ten long names": lambda: report(10, NAMES),
    "report of numbers": report_of_numbers,
    "step": lambda: sx.StepDisplay.from_trace(trace(BINARY, TWO[0], "inner", learning_rate=0.1)).figure_,
    "activation": lambda: sx.ActivationDisplay.from_names(["tanh"]).figure_,
    "data": lambda: sx.DataDisplay.from_data(TWO, TRUTH).figure_,
    "gap": lambda: sx.GeneralizationGapDisplay.from_history(HISTORY).figure_,
    "gradient": lambda: sx.GradientDisplay.from_estimator(BINARY, TWO, TRUTH).figure_,
    "histograms": lambda: sx.ActivationHistogramsDisplay.from_estimator(recorded()[0], TWO).figure_,
    "runs": lambda: sx.RunComparisonDisplay(dict.fromkeys("ab", recorded()[0]), TWO, TRUTH).plot().figure_,
    "unit curves": lambda: sx.UnitCurvesDisplay.from_estimator(CURVE, ROWS[:, :1]).figure_,
    "weights": lambda: sx.WeightImagesDisplay.from_estimator(network(16, 3, 1)).figure_,
    "search, heat map": lambda: sx.SearchHeatmapDisplay.from_search(searched()).figure_,
    "search, Pareto front": lambda: sx.SearchParetoDisplay.from_search(searched()).figure_,
    "search, curves": lambda: sx.SearchCurvesDisplay.from_search(searched()).figure_,
}

STYLES: dict[str, dict[str, Any] | str] = {
    "default": "default",
    "dark": "dark_background",
    "talk": "seaborn-v0_8-talk",
    "gray": "grayscale",
    "size 8": {"font.size": 8},
    "size 24": {"font.size": 24},
}


@contextmanager
def styled(name: str) -> Iterator[None]:
    with plt.style.context(["default", STYLES[name]]):
        yield


SIZES = ["default", "talk", "size 8", "size 24"]
COLORS = ["dark", "gray"]


@pytest.mark.parametrize("style", SIZES)
@pytest.mark.parametrize("case", CASES)
def test_texts_do_not_overlap_and_nothing_has_the_colour_of_its_ground(
    case: str, style: str, overlapping_texts: Callable[[Figure], list[tuple[str, str]]]
) -> None:
    with styled(style):
        figure = CASES[case]()
        assert overlapping_texts(figure) == []
        assert unseen(figure) == []


@pytest.mark.parametrize("style", COLORS)
@pytest.mark.parametrize("case", CASES)
def test_nothing_has_the_colour_of_its_ground(case: str, style: str) -> None:
    with styled(style):
        figure = CASES[case]()
        figure.set_layout_engine("none")  # texts lie as in the default style, and fit
        figure.draw_without_rendering()
        assert unseen(figure) == []


def test_styles_of_colours_change_no_size() -> None:
    """So where texts do not overlap in the default style, they do not in these."""
    assert {*SIZES, *COLORS} == {*STYLES}
    with styled("default"):
        usual = dict(plt.rcParams)
    for style in COLORS:
        with styled(style):
            changed = {name for name, value in plt.rcParams.items() if value != usual[name]}
        assert changed
        assert all(re.search(r"color|prop_cycle|cmap", name) for name in changed), changed


LEAST_CONTRAST = 1.25  # of relative luminances (WCAG 2.1); 1 is the same


def unseen(figure: Figure) -> list[str]:
    """Return the artists all of whose colours are nearly that of the ground on which they lie."""
    return [
        f"{artist} on {ground}"
        for artist in figure.findobj(lambda each: isinstance(each, Text | Line2D | Collection | Spine))
        if artist.get_visible() and (ground := ground_of(artist, figure)) is not None
        for colors in [colors_of(artist)]
        if colors and max(contrast(color, ground) for color in colors) < LEAST_CONTRAST
    ]


def ground_of(artist: Any, figure: Figure) -> Any:
    """Return the colour behind an artist; None if it lies on an image or a surface, which has many."""
    if isinstance(artist, Text) and artist.get_bbox_patch() is not None:
        return artist.get_bbox_patch().get_facecolor()
    ax = artist.axes
    if ax is None or isinstance(artist, Spine):
        return figure.get_facecolor()
    if isinstance(artist, Text):
        inside = ax.bbox.fully_overlaps(artist.get_window_extent())
        return None if inside and has_own_ground(ax) else figure.get_facecolor()
    return None if has_own_ground(ax) else ax.get_facecolor() if ax.axison else figure.get_facecolor()


def has_own_ground(ax: Axes) -> bool:
    surfaces = (QuadMesh, QuadContourSet, PolyCollection)
    return bool(ax.images) or any(isinstance(drawn, surfaces) for drawn in ax.collections)


def colors_of(artist: Any) -> list[Any]:
    """Return the colours of which one must be seen; none for what has no colour of its own."""
    if isinstance(artist, Text):
        return [artist.get_color()] if artist.get_text().strip() else []
    if isinstance(artist, Line2D):
        marked = artist.get_marker() not in {"None", None, "", " "}
        marker = [artist.get_markerfacecolor(), artist.get_markeredgecolor()] if marked else []
        return ([artist.get_color()] if artist.get_linestyle() != "None" else []) + marker
    if isinstance(artist, Spine):
        return [artist.get_edgecolor()] if artist.axes.axison else []
    if artist.get_array() is not None and not len(artist.get_edgecolor()):
        return []
    return [*artist.get_edgecolor(), *artist.get_facecolor()]


def contrast(a: Any, b: Any) -> float:
    if "none" in (a if isinstance(a, str) else "", b if isinstance(b, str) else ""):
        return 1.0
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(color: Any) -> float:
    rgb = np.array(to_rgba(color)[:3])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("style", ["default", "dark"])
@pytest.mark.parametrize("case", ["boundary", "hidden units", "surface, projected"])
def test_lines_and_points_on_an_image_are_seen(case: str, style: str) -> None:
    with styled(style):
        figure = CASES[case]()
        figure.canvas.draw()
        whole = pixels(figure)
        figure.set_layout_engine("none")
        (ax, *_) = [ax for ax in figure.axes if has_own_ground(ax)]
        kinds = (Line2D, LineCollection, PathCollection)
        drawn = [artist for artist in ax.get_children() if isinstance(artist, kinds) and artist.get_visible()]
        assert len(drawn) > 1
        for artist in drawn:
            artist.set_visible(False)
            figure.canvas.draw()
            assert np.abs(whole - pixels(figure)).max() > 60, artist
            artist.set_visible(True)


def pixels(figure: Figure) -> Any:
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)  # type: ignore[attr-defined]


def test_what_has_the_colour_of_its_ground_is_found() -> None:
    ax = plt.subplots()[1]
    ax.plot([0, 1], [0, 1], color="white")
    ax.text(0.5, 0.5, "unseen", color="#fefefe")
    ax.plot([0, 1], [1, 0], color="black")
    assert len(unseen(ax.figure)) == 2  # type: ignore[arg-type]


def test_every_display_is_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    public = [name for name in plots.__all__ if name.endswith("Display")]
    assert [name for name in public if f"sx.{name}" not in source] == []
