from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from sklearn.datasets import make_circles

from separatrix.errors import ParameterError
from separatrix.estimators import MLPClassifier
from separatrix.explain import network_diagram, network_html, network_svg
from separatrix.model import Model
from separatrix.network import Network

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SVG = "{http://www.w3.org/2000/svg}"
EVIL = ["<script>alert(1)</script>", "a\"b'&c"]


def random_model(*sizes: int, fit_intercept: bool = True, **parts: object) -> Model:
    n_in, *hidden, n_out = sizes
    head = "binary" if n_out == 1 else "multiclass"
    network = Network.mlp(n_in, hidden, n_out, head=head, fit_intercept=fit_intercept)
    theta = np.random.default_rng(0).normal(size=network.n_parameters)
    return Model(network, theta, **parts)  # type: ignore[arg-type]


def test_a_small_network_is_shown_completely() -> None:
    model = random_model(2, 4, 3)
    diagram = network_diagram(model)
    assert (diagram.network, diagram.n_parameters) == ("2-4-3", 27)
    assert not diagram.is_folded
    assert [layer.n_units for layer in diagram.layers] == [2, 4, 3]
    for shown, w in zip(diagram.weights, model.coefs, strict=True):
        np.testing.assert_array_equal(shown, w)
    for layer, b in zip(diagram.layers[1:], model.intercepts, strict=True):
        np.testing.assert_array_equal(layer.biases, b)
    assert diagram.largest_weight == max(abs(w).max() for w in model.coefs)
    assert diagram.largest_bias == max(abs(b).max() for b in model.intercepts)


def test_columns_are_centred_and_their_first_unit_is_on_top() -> None:
    for layer in network_diagram(random_model(2, 7, 30, 1), max_units=5).layers:
        heights = [*layer.y, *([] if layer.fold_y is None else [layer.fold_y])]
        assert sum(heights) == pytest.approx(0)
        assert np.all(np.diff(heights) == -1)


def test_a_wide_layer_shows_the_units_with_the_largest_outgoing_weights() -> None:
    model = random_model(30, 100, 4)
    diagram = network_diagram(model, max_units=8)
    inputs, hidden, outputs = diagram.layers
    assert (inputs.n_folded, hidden.n_folded, outputs.n_folded) == (22, 92, 0)
    strength = np.abs(model.coefs[1]).sum(axis=1)
    assert sorted(hidden.units) == hidden.units.tolist()
    assert strength[hidden.units].min() > np.delete(strength, hidden.units).max()
    np.testing.assert_array_equal(diagram.weights[0], model.coefs[0][np.ix_(inputs.units, hidden.units)])
    assert inputs.names == tuple(f"x{unit + 1}" for unit in inputs.units)
    assert diagram.height == 9


def test_a_wide_output_shows_the_units_with_the_largest_incoming_weights() -> None:
    model = random_model(3, 12)
    shown = network_diagram(model, max_units=4).layers[1].units
    strength = np.abs(model.coefs[0]).sum(axis=0)
    assert set(shown) == set(np.argsort(-strength)[:4])


def test_a_network_without_biases_has_none() -> None:
    diagram = network_diagram(random_model(2, 3, 1, fit_intercept=False))
    assert diagram.largest_bias == 0
    assert all(len(layer.biases) == 0 for layer in diagram.layers)


def test_a_long_name_is_shortened() -> None:
    model = Model(Network.mlp(1, (), 1), np.zeros(2), feature_names=["n" * 100])
    (name,) = network_diagram(model).layers[0].names
    assert name == "n" * 23 + "…"


def test_an_estimator_without_network_is_an_error() -> None:
    with pytest.raises(ParameterError, match="got dict"):
        network_diagram({})
    with pytest.raises(ParameterError, match="max_units must be an integer of at least 1, got 0"):
        network_diagram(random_model(1, 1), max_units=0)


def texts(svg: str) -> list[str | None]:
    return [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_unit_and_connection_is_drawn() -> None:
    svg = ElementTree.fromstring(network_svg(random_model(2, 4, 3, classes=["a", "b", "c"])))
    assert len(list(svg.iter(f"{SVG}circle"))) == 9
    lines = [path.attrib["d"] for path in svg.iter(f"{SVG}path")]
    assert sum(line.count("M") for line in lines) == 2 * 4 + 4 * 3
    assert svg.attrib["aria-label"] == "network 2-4-3: 27 parameters"


def test_everything_stays_inside_the_picture() -> None:
    svg = ElementTree.fromstring(network_svg(random_model(30, 100, 1)))
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    for circle in svg.iter(f"{SVG}circle"):
        x, y, r = (float(circle.attrib[name]) for name in ("cx", "cy", "r"))
        assert r < x < width - r
        assert r < y < height - r
    for text in svg.iter(f"{SVG}text"):
        assert 0 < float(text.attrib["y"]) < height


def test_names_are_beside_the_units() -> None:
    found = texts(network_svg(random_model(2, 30, 1, feature_names=["age", "dose"], classes=["no", "yes"])))
    assert {"age", "dose", "P(yes)", "relu", "logistic", "30 units", "1 unit", "… 22 more"} <= set(found)


def test_names_are_text_and_never_markup() -> None:
    model = random_model(2, 3, 1, feature_names=EVIL, classes=["no", "<b>yes"])
    html = network_html(model)
    assert "<script" not in html
    assert "<b>" not in html
    assert texts(network_svg(model, max_units=9))[1:3] == [EVIL[0][:23] + "…", EVIL[1]]


@pytest.mark.parametrize("sizes", [(500, 500, 500, 20), (50,) * 24 + (1,), (50,) * 99 + (1,), (1, 1)])
def test_the_picture_stays_small(sizes: tuple[int, ...]) -> None:
    assert len(network_html(random_model(*sizes)).encode()) < 20_000


def test_zero_weights_have_no_lines() -> None:
    svg = network_svg(Model(Network.mlp(2, (3,), 1), np.zeros(13)))
    assert "<path" not in svg


def test_the_html_summarises_the_training() -> None:
    X, y = make_circles(40, random_state=0)
    classifier = MLPClassifier((3,), max_iter=7, random_state=0).fit(X, y)
    html = network_html(classifier)
    for fact in ("2-3-1", ">13<", ">7<", f">{classifier.loss_:.4g}<", "limit of 7 epochs"):
        assert fact in html
