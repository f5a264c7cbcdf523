from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from sklearn.datasets import make_circles

from separatrix.estimators import MLPClassifier
from separatrix.explain import network_html, network_svg
from separatrix.model import Model
from separatrix.network import Network

SVG = "{http://www.w3.org/2000/svg}"
EVIL = ["<script>alert(1)</script>", "a\"b'&c"]


def random_model(*sizes: int, **parts: object) -> Model:
    n_in, *hidden, n_out = sizes
    network = Network.mlp(n_in, hidden, n_out, head="binary" if n_out == 1 else "multiclass")
    theta = np.random.default_rng(0).normal(size=network.n_parameters)
    return Model(network, theta, **parts)  # type: ignore[arg-type]


def texts(svg: str) -> list[str | None]:
    return [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_unit_and_connection_is_drawn() -> None:
    svg = ElementTree.fromstring(network_svg(random_model(2, 4, 3, classes=["a", "b", "c"])))
    assert len(list(svg.iter(f"{SVG}circle"))) == 9
    lines = [path.attrib["d"] for path in svg.iter(f"{SVG}path")]
    assert sum(line.count("M") for line in lines) == 2 * 4 + 4 * 3
    assert svg.attrib["aria-label"] == "network 2-4-3 with 27 parameters"


def test_everything_stays_inside_the_picture() -> None:
    svg = ElementTree.fromstring(network_svg(random_model(30, 100, 1)))
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    for circle in svg.iter(f"{SVG}circle"):
        x, y, r = (float(circle.attrib[name]) for name in ("cx", "cy", "r"))
        assert r < x < width - r
        assert r < y < height - r
    for text in svg.iter(f"{SVG}text"):
        assert 0 < float(text.attrib["y"]) < height


def test_names_stand_beside_the_units() -> None:
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


def test_zero_weights_are_no_lines() -> None:
    svg = network_svg(Model(Network.mlp(2, (3,), 1), np.zeros(13)))
    assert "<path" not in svg


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_facts_of_the_training_are_told() -> None:
    X, y = make_circles(40, random_state=0)
    classifier = MLPClassifier((3,), max_iter=7, random_state=0).fit(X, y)
    html = network_html(classifier)
    for fact in ("2-3-1", ">13<", ">7<", f">{classifier.loss_:.4g}<", "limit of 7 epochs"):
        assert fact in html
