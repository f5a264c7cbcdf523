from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.cbook import is_math_text
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.testing import assert_allclose, assert_array_equal

import separatrix as sx
from separatrix import Model, Network, plots
from separatrix.data.frames import table_from_frame
from separatrix.data.table import Table
from separatrix.ensemble import Ensemble
from separatrix.estimators import MLPClassifier
from separatrix.explain.boundary import decision_grid
from separatrix.explain.curve import fitted_curve
from separatrix.explain.hidden import hidden_units
from separatrix.explain.surface import loss_surface
from separatrix.plots.axes import as_written
from separatrix.plots.boundary import _FILM_RESOLUTION as GRID
from separatrix.plots.display import NO_NETWORK, Display, Subject
from separatrix.plots.displays import DISPLAYS, SEARCH_DISPLAYS, VIEWS
from separatrix.plots.hidden import _FILM_RESOLUTION as TILE
from separatrix.plots.scene import make_scene
from separatrix.train import History

pytestmark = pytest.mark.slow


def panel_of(name, scene):
    figure = Figure(figsize=(4, 4), layout="constrained")
    return VIEWS[name].panel(scene, figure.subfigures(1, 1))


def test_boundary_moves_image_and_line(filmed):
    scene = make_scene(*filmed)
    panel = panel_of("boundary", scene)
    image, lines = panel.moving[:2]
    panel.update(8)
    grid = decision_grid(filmed[0], filmed[1], grid_resolution=GRID)
    assert_allclose(image.get_array(), grid.probability)
    points = np.concatenate(lines.get_segments())
    assert_allclose(filmed[0].predict_proba(points)[:, 1], 0.5, atol=0.01)


def test_loss_grows_to_the_epoch_shown(filmed):
    panel = panel_of("loss", make_scene(*filmed))
    (line,) = panel.moving
    panel.update(0)
    assert len(line.get_xdata()) == 0
    panel.update(5)
    assert_array_equal(line.get_xdata(), [1, 2, 3, 4, 5])
    assert_array_equal(line.get_ydata(), filmed[0].history_.loss[:5])
    assert line.axes.get_xlim() == (0, 8)


def test_curve_is_that_of_the_epoch():
    X = np.linspace(-1, 1, 30)[:, np.newaxis]
    classifier = MLPClassifier((4,), "tanh", solver="lbfgs", record=1, random_state=0, engine="numpy")
    classifier.fit(X, np.abs(X[:, 0]) < 0.5)
    scene = make_scene(classifier, X, np.abs(X[:, 0]) < 0.5)
    panel = panel_of("curve", scene)
    line, _rings = panel.moving
    panel.update(2)
    assert_allclose(line.get_ydata(), fitted_curve(scene.at(2), X).values[0])


def test_surface_path_grows_to_the_snapshot_shown(filmed):
    classifier, X, y = filmed
    panel = panel_of("surface", make_scene(classifier, X, y, every=2))
    path, now = panel.moving
    panel.update(2)
    surface = loss_surface(classifier, X, y)
    assert_allclose(path.get_xydata(), surface.path[:5])
    assert_allclose(now.get_xydata(), surface.path[4:5])


def test_diagram_has_one_scale_for_all_frames(filmed):
    panel = panel_of("diagram", make_scene(*filmed))
    edges = panel.moving[0]
    largest = max(
        np.abs(w).max() for theta in filmed[0].recording_.thetas for w in filmed[0].network_.split(theta)[0]
    )
    for frame in (0, 8):
        panel.update(frame)
        assert edges.norm.vmax == pytest.approx(largest)
        weights = np.concatenate(
            [w.ravel() for w in filmed[0].network_.split(filmed[0].recording_.thetas[frame])[0]]
        )
        assert_allclose(np.sort(edges.get_array()), np.sort(weights))


def test_hidden_shows_every_unit(filmed):
    scene = make_scene(*filmed)
    panel = panel_of("hidden", scene)
    images = [artist for artist in panel.moving if isinstance(artist, AxesImage)]
    panel.update(3)
    seen = hidden_units(scene.at(3), filmed[1], grid_resolution=TILE)
    outputs = [layer.outputs[..., unit] for layer in seen.layers for unit in range(layer.n_units)]
    assert_allclose([image.get_array() for image in images], outputs)


@pytest.mark.parametrize("name", ["boundary", "hidden"])
def test_a_plane_of_principal_components(name):
    X = np.random.default_rng(0).normal(size=(40, 4))
    classifier = MLPClassifier((3,), solver="lbfgs", record=1, max_iter=3, random_state=0, engine="numpy")
    with pytest.warns(match="limit"):
        classifier.fit(X, X[:, 0] > 0)
    panel = panel_of(name, make_scene(classifier, X, X[:, 0] > 0, plane="pca"))
    (ax,) = {artist.axes for artist in panel.moving}
    words = [ax.get_xlabel(), *(text.get_text() for text in ax.texts)]
    assert any("principal component 1" in word for word in words)


def test_the_last_frame_is_what_was_kept(stopped):
    classifier, X, y = stopped
    scene, kept = make_scene(classifier, X, y), classifier.stop_.best_epoch
    loss, surface = panel_of("loss", scene), panel_of("surface", scene)
    for panel in (loss, surface):
        panel.update(len(scene.labels) - 1)
    for line in loss.moving:
        assert len(line.get_xdata()) == classifier.n_iter_
        assert line.get_markevery() == [kept - 1]
    path, now = surface.moving
    assert len(path.get_xdata()) == classifier.n_iter_ + 1
    assert_allclose(now.get_xydata(), [[0.0, 0.0]], atol=1e-12)


ROWS = np.random.RandomState(0).randn(30, 2)
TABLE = Table({"a": ROWS[:, 0], "b": ROWS[:, 1]})
LABELS = np.where(ROWS[:, 0] > 0, "yes", "no")


def model_of(*sizes: int, head: str = "binary", **parts: object) -> Model:
    network = Network.mlp(sizes[0], sizes[1:-1], sizes[-1], head=head, activation="tanh")
    parts = {"classes": ["no", "yes"], "feature_names": ["a", "b"][: sizes[0]]} | parts
    return Model(network, np.random.RandomState(3).randn(network.n_parameters), **parts)


HISTORY = {"history": History(loss=np.array([0.7, 0.5, 0.4])).to_dict()}
VALIDATED = {
    "history": History(np.array([0.7, 0.5, 0.4]), validation_loss=np.array([0.7, 0.5, 0.6])).to_dict()
}
CLASSIFIER = model_of(2, 3, 1, training=HISTORY)


def subject_for(name: str) -> Subject:
    """Return what each display of a model can be drawn of."""
    if name in {"curve", "unit-curves"}:
        return Subject(model_of(1, 3, 1), Table({"a": ROWS[:, 0]}), LABELS)
    if name == "weights":
        return Subject(model_of(4, 3, 1, feature_names=list("abcd")))
    if name == "gap":
        return Subject(model_of(2, 3, 1, training=VALIDATED))
    return Subject(CLASSIFIER, TABLE, LABELS)


def test_every_public_display_is_in_a_registry() -> None:
    public = {getattr(plots, name) for name in plots.__all__ if name.endswith("Display")}
    # A step is drawn of a trace, and runs of an estimator that is not yet fitted.
    others = {plots.StepDisplay, plots.RunComparisonDisplay}
    assert public == {*DISPLAYS.values(), *SEARCH_DISPLAYS.values(), *others}
    assert all(getattr(sx, display.__name__) is display for display in public)
    assert all(issubclass(display, Display) for display in public)


def test_a_film_can_show_the_displays_that_have_a_panel() -> None:
    assert list(VIEWS) == [name for name, display in DISPLAYS.items() if "panel" in vars(display)]


@pytest.mark.parametrize("name", DISPLAYS)
def test_what_is_not_missing_can_be_drawn(name: str) -> None:
    assert DISPLAYS[name].missing(subject_for(name)) is None
    assert isinstance(DISPLAYS[name].draw(subject_for(name)).figure_, Figure)


REGRESSOR = model_of(2, 3, 1, head="regression", classes=None)
WIDE = model_of(2, 1, 1)
SOFTMAX = model_of(2, 3, head="multiclass", classes=["a", "b", "c"])


@pytest.mark.parametrize(
    ("name", "subject", "reason"),
    [
        ("boundary", Subject(REGRESSOR, TABLE), "it needs a classifier with one target"),
        ("boundary", Subject(CLASSIFIER), "it needs a table of rows"),
        (
            "boundary",
            Subject(model_of(1, 3, 1)),
            "it needs two inputs, and the model has one; draw the curve",
        ),
        ("curve", Subject(CLASSIFIER, TABLE), "it needs a model of one input, and this one has 2"),
        ("curve", Subject(model_of(1, 3, 1)), "it needs a table of rows"),
        ("loss", Subject(REGRESSOR), "the model file has no history"),
        ("loss", Subject(Ensemble([CLASSIFIER])), NO_NETWORK),
        ("diagram", Subject(Ensemble([CLASSIFIER])), NO_NETWORK),
        ("hidden", Subject(model_of(2, 1), TABLE), "the network has no hidden layer"),
        ("hidden-space", Subject(WIDE, TABLE), "it needs a classifier whose last hidden layer has two units"),
        ("hidden-space", Subject(Ensemble([CLASSIFIER])), NO_NETWORK),
        ("surface", Subject(CLASSIFIER, TABLE), "it needs the true targets"),
        ("report", Subject(CLASSIFIER, TABLE), "it needs the true targets"),
        ("data", Subject(CLASSIFIER), "it needs a table of rows"),
        ("data", Subject(model_of(1, 3, 1), Table({"a": ROWS[:, 0]})), "it needs the true targets"),
        ("gap", Subject(CLASSIFIER), "its training had no validation rows"),
        ("gap", Subject(REGRESSOR), "the model file has no history"),
        ("unit-curves", Subject(CLASSIFIER, TABLE), "it needs a model of one input, and this one has 2"),
        ("unit-curves", Subject(model_of(1, 1), Table({"a": ROWS[:, 0]})), "the network has no hidden layer"),
        ("activations", Subject(Ensemble([CLASSIFIER])), NO_NETWORK),
        (
            "activations",
            Subject(model_of(2, 3, head="multiclass", classes=list("abc"))),
            "the network has no",
        ),
        ("histograms", Subject(model_of(2, 1), TABLE), "the network has no hidden layer"),
        ("histograms", Subject(CLASSIFIER), "it needs a table of rows"),
        ("weights", Subject(CLASSIFIER), "it needs the pixels of square images"),
        ("gradient", Subject(CLASSIFIER, TABLE), "it needs the true targets"),
        ("gradient", Subject(Ensemble([CLASSIFIER]), TABLE, LABELS), NO_NETWORK),
        ("report", Subject(CLASSIFIER), "it needs a table of rows"),
    ],
)
def test_a_display_says_what_it_needs(name: str, subject: Subject, reason: str) -> None:
    assert str(DISPLAYS[name].missing(subject)).startswith(reason)


def test_a_plane_through_many_columns_must_be_chosen() -> None:
    network = Network.mlp(3, (3,), 1)
    model = Model(network, np.ones(network.n_parameters), ["no", "yes"], feature_names=["a", "b", "c"])
    table = Table({name: ROWS[:, 0] for name in "abc"})
    assert DISPLAYS["boundary"].missing(Subject(model, table)) == (
        "it needs a plane through the 3 columns; choose two, as with features='a,b', or set plane='pca'"
    )
    assert DISPLAYS["boundary"].missing(Subject(model, table, features=["a", "c"])) is None
    assert DISPLAYS["boundary"].missing(Subject(model, table, plane="pca")) is None
    assert DISPLAYS["boundary"].missing(Subject(model)) == (
        "it needs a table of rows, and a plane through its 3 columns"
    )


@pytest.mark.parametrize("n_rows", [1, 2])
def test_axes_of_four_in_a_figure_have_small_texts(n_rows: int) -> None:
    for ax in plt.subplots(n_rows, n_rows, squeeze=False)[1].flat:
        display = DISPLAYS["boundary"].from_estimator(CLASSIFIER, TABLE, LABELS, ax=ax, grid_resolution=5)
        sizes = {text.get_fontsize() for text in [ax.xaxis.label, *ax.get_xticklabels()]}
        assert (max(sizes) < plt.rcParams["font.size"]) == (n_rows == 2)
        assert display.ax_ is ax


def darkness(color: object) -> float:
    return 1 - max(to_rgb(color)) if color != "none" else 0.0


@pytest.mark.parametrize("name", [*DISPLAYS, *SEARCH_DISPLAYS])
def test_nothing_is_black_on_a_black_background(name: str, searched: Any) -> None:
    with plt.style.context("dark_background"):
        if name in SEARCH_DISPLAYS:
            figure = SEARCH_DISPLAYS[name].from_search(searched).figure_
        else:
            figure = DISPLAYS[name].draw(subject_for(name)).figure_
        assert to_rgb(figure.get_facecolor()) == (0, 0, 0)
        figure.draw_without_rendering()
        on_cells = {id(text) for ax in figure.axes for text in ax.texts if name in {"heatmap", "report"}}
        texts = [text for text in figure.findobj(Text) if text.get_text() and id(text) not in on_cells]
        lines = [line for line in figure.findobj(Line2D) if line.get_linestyle() != "None"]
        assert len(texts) > 2
        assert max(darkness(text.get_color()) for text in texts) < 0.6
        assert max(darkness(line.get_color()) for line in lines) < 0.6


NAMES = ["$\\foo$ x", "_b$ and $c"]
CLASSES = ["$10-$20", "_$20-$30", "$\\frac$"]


def drawn(text: Text) -> str:
    """Return a text as it is drawn, on one line; it must be no formula."""
    assert not is_math_text(text.get_text()), text.get_text()
    return text.get_text().replace("\\$", "$").replace("\n", " ")


ONE_COLUMN = {"curve", "unit-curves"}
SEVERAL_AXES = {"unit-curves", "activations", "histograms"}
NOT_OF_TWO_COLUMNS = {"weights", "gap"}  # nor of a training without validation rows


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("name", sorted(DISPLAYS))
def test_names_are_drawn_as_they_are_written(name, small, n_classes):
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.array(CLASSES)[(X[:, 0] > 0).astype(int) + (n_classes == 3) * (X[:, 1] > 0.5)]
    if name in NOT_OF_TWO_COLUMNS:
        pytest.skip("tested with the display")
    columns = NAMES[:1] if name in ONE_COLUMN else NAMES
    frame = pd.DataFrame(X[:, : len(columns)], columns=columns)
    network = MLPClassifier((3,), "tanh", tol=9, n_iter_no_change=3, random_state=0, record=1).fit(frame, y)
    display = DISPLAYS[name]
    subject = Subject(network.to_model(), table_from_frame(frame), y)
    if small and name != "report":
        ax = plt.subplots(2, 2, layout="constrained")[1][0, 0]
        arguments = {"loss": (), "diagram": (), "hidden": (frame,)}.get(name, (frame, y))
        if name in SEVERAL_AXES:
            pytest.skip("it has several axes")
        shown = display.from_estimator(network, *arguments, ax=ax)
    else:
        shown = display.draw(subject)
    shown.figure_.draw_without_rendering()
    legends = [legend for legend in shown.figure_.findobj(Legend) if legend.get_visible()]
    for text in shown.figure_.findobj(Text):
        if not text.get_text().startswith("$\\mathdefault"):  # matplotlib's own ticks
            drawn(text)
    if name == "report":
        shares = [1] if n_classes == 2 else range(n_classes)
        assert len(legends) == 3
        for legend in legends:
            texts = [drawn(text) for text in legend.get_texts()]
            assert all(any(text.startswith(CLASSES[code]) for text in texts) for code in shares)
    elif name in {"data", "boundary", "curve", "hidden-space"}:
        (legend,) = legends
        names = [name for name in map(drawn, legend.get_texts()) if not name.startswith("wrong:")]
        assert names[-n_classes:] == sorted(CLASSES[:n_classes])


def test_a_training_whose_name_begins_with_an_underscore_is_in_the_legend():
    histories = {"_$a$": History(loss=np.array([0.5, 0.2])), "b": History(loss=np.array([0.6, 0.3]))}
    display = sx.LossCurveDisplay.from_history(histories)
    display.figure_.draw_without_rendering()
    texts = [drawn(text) for text in display.ax_.get_legend().get_texts()]
    assert [text.partition(" (")[0] for text in texts] == ["_$a$", "b"]


def test_names_stay_as_they_are_if_matplotlib_reads_no_formulas():
    with plt.rc_context({"text.parse_math": False}):
        assert as_written("$10-$20") == "$10-$20"


def test_rings_of_a_film_are_around_the_rows_that_the_frame_gets_wrong(filmed):
    scene = make_scene(*filmed)
    panel = panel_of("boundary", scene)
    (rings,) = [artist for artist in panel.moving if str(artist.get_label()) == "wrong"]
    for frame in (0, 8):
        panel.update(frame)
        is_wrong = scene.at(frame).predict(filmed[1]) != filmed[2]
        assert_allclose(rings.get_offsets(), filmed[1][is_wrong])
