from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from separatrix.explain.diagram import network_diagram
from separatrix.model import Model
from separatrix.network import Network
from separatrix.plots import NetworkDiagramDisplay

pytestmark = pytest.mark.slow


def random_model(*sizes: int, **parts: Any) -> Model:
    n_in, *hidden, n_out = sizes
    network = Network.mlp(n_in, hidden, n_out, head="binary" if n_out == 1 else "multiclass")
    return Model(network, np.random.default_rng(0).normal(size=network.n_parameters), **parts)


def texts(display: NetworkDiagramDisplay) -> set[str]:
    return {text.get_text() for text in display.ax_.texts}


def test_connections_show_their_weights_the_strongest_on_top() -> None:
    model = random_model(2, 4, 1)
    display = NetworkDiagramDisplay.from_estimator(model)
    values = display.edges_.get_array()
    assert sorted(values) == sorted(np.concatenate([w.ravel() for w in model.coefs]))
    assert np.all(np.diff(np.abs(values)) >= 0)
    assert np.all(np.diff(display.edges_.get_linewidths()) >= 0)
    assert display.edges_.norm.vmax == -display.edges_.norm.vmin == np.abs(values).max()


def test_a_connection_goes_from_its_unit_to_its_unit() -> None:
    theta = np.zeros(13)
    theta[1 * 3 + 2] = 5.0  # from the second input to the third hidden unit
    display = NetworkDiagramDisplay.from_estimator(Model(Network.mlp(2, (3,), 1), theta))
    start, end = display.edges_.get_segments()[-1]
    assert start.tolist() == display.units_[0].get_offsets()[1].tolist()
    assert end.tolist() == display.units_[1].get_offsets()[2].tolist()


def test_units_show_their_biases() -> None:
    model = random_model(2, 4, 3)
    display = NetworkDiagramDisplay.from_estimator(model)
    for units, biases in zip(display.units_[1:], model.intercepts, strict=True):
        np.testing.assert_array_equal(units.get_array(), biases)
    assert not display.units_[0].get_array().any()


def test_names_functions_and_numbers_are_written() -> None:
    display = NetworkDiagramDisplay.from_estimator(
        random_model(2, 4, 3, feature_names=["age", "dose"], classes=["a", "b", "c"])
    )
    numbers = {text.get_text() for text in display.numbers_}
    words = {"age", "dose", "a", "b", "c", "2 inputs", "relu\n4 units", "softmax\n3 units"}
    assert texts(display) == words | numbers
    assert display.ax_.get_title() == "2-4-3: 27 parameters"


def test_the_number_of_units_left_out_is_written() -> None:
    display = NetworkDiagramDisplay.from_estimator(random_model(30, 256, 1), max_units=12)
    assert {"… 18 more", "… 244 more"} <= texts(display)
    assert "the units with the largest weights" in display.ax_.get_title().replace("\n", " ")
    assert len(display.edges_.get_segments()) == 12 * 12 + 12


def test_axes_and_keywords_are_taken() -> None:
    ax = Figure().subplots()
    display = NetworkDiagramDisplay.from_estimator(
        random_model(2, 4, 1),
        ax=ax,
        colorbar=False,
        edge_kw={"alpha": 0.5},
        unit_kw={"s": 9},
        text_kw={"color": "red"},
    )
    assert (display.ax_, display.colorbar_) == (ax, None)
    assert display.edges_.get_alpha() == 0.5
    assert display.units_[0].get_sizes().tolist() == [9]
    assert {text.get_color() for text in ax.texts} == {"red"}


def test_a_network_of_zeros_can_be_drawn() -> None:
    display = NetworkDiagramDisplay.from_estimator(Model(Network.mlp(2, (2,), 1), np.zeros(9)))
    display.figure_.canvas.draw()
    assert display.ax_.get_title() == "2-2-1: 9 parameters"


def test_an_update_is_what_a_new_drawing_shows() -> None:
    display = NetworkDiagramDisplay.from_estimator(random_model(2, 4, 3))
    other = Model(Network.mlp(2, (4,), 3, head="multiclass"), np.linspace(-2, 1, 27))
    diagram = replace(
        network_diagram(other),
        largest_weight=display.diagram.largest_weight,
        largest_bias=display.diagram.largest_bias,
    )
    display.update(diagram)
    again = NetworkDiagramDisplay(diagram).plot()
    np.testing.assert_array_equal(display.edges_.get_segments(), again.edges_.get_segments())
    np.testing.assert_array_equal(display.edges_.get_array(), again.edges_.get_array())
    np.testing.assert_array_equal(display.edges_.get_linewidths(), again.edges_.get_linewidths())
    for moved, drawn in zip(display.units_, again.units_, strict=True):
        np.testing.assert_array_equal(moved.get_array(), drawn.get_array())


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_text_fits_small_axes(overlapping_texts: Any, layout: Any) -> None:
    figure = plt.figure(layout=layout)
    names = ["age", "income"]
    for ax in figure.subplots(2, 2).flat:
        NetworkDiagramDisplay.from_estimator(random_model(2, 6, 5, 1, feature_names=names), ax=ax)
    assert overlapping_texts(figure) == []


@pytest.mark.parametrize("sizes", [(2, 1), (2, 4, 1), (1, 20, 1), (1, 10, 10, 1), (30, 100, 1), (4, 8, 3)])
def test_no_text_lies_on_another(sizes: tuple[int, ...], overlapping_texts: Any) -> None:
    names = [f"a feature's long name {j}" for j in range(sizes[0])]
    display = NetworkDiagramDisplay.from_estimator(random_model(*sizes, feature_names=names))
    assert overlapping_texts(display.figure_) == []


def test_few_weights_and_biases_are_written() -> None:
    model = random_model(2, 4, 1)
    display = NetworkDiagramDisplay.from_estimator(model)
    biases = [f"bias {b:.2g}" for layer in model.intercepts for b in layer]
    weights = [f"{w:.2g}" for layer in model.coefs for w in layer.ravel()]
    assert [text.get_text() for text in display.numbers_] == biases + weights
    assert NetworkDiagramDisplay.from_estimator(random_model(3, 8, 1)).numbers_ == []  # 32 connections
    ax = plt.subplots(2, 2)[1][0, 0]
    assert NetworkDiagramDisplay.from_estimator(model, ax=ax).numbers_ == []
    assert NetworkDiagramDisplay(display.diagram).plot(values=False).numbers_ == []
    display.update(replace(display.diagram, weights=tuple(-w for w in display.diagram.weights)))
    assert [text.get_text() for text in display.numbers_][5] == f"{-model.coefs[0][0, 0]:.2g}"


def test_of_many_connections_the_strongest_are_drawn() -> None:
    model = random_model(20, 20, 3)
    display = NetworkDiagramDisplay.from_estimator(model, max_units=20)
    strongest = np.sort(np.abs(np.concatenate([w.ravel() for w in model.coefs])))[-300:]
    np.testing.assert_allclose(np.abs(display.edges_.get_array()), strongest)
    assert "the 300 strongest of 460 connections" in display.ax_.get_title().replace("\n", " ")
    assert max(len(layer.units) for layer in NetworkDiagramDisplay.from_estimator(model).diagram.layers) == 8


def test_a_drawing_without_numbers_is_updated() -> None:
    ax = plt.subplots(2, 2)[1][0, 0]
    display = NetworkDiagramDisplay.from_estimator(random_model(2, 4, 1), ax=ax)
    assert display.numbers_ == []
    display.update(replace(display.diagram, weights=tuple(-w for w in display.diagram.weights)))
    shown = np.concatenate([w.ravel() for w in display.diagram.weights])
    np.testing.assert_array_equal(np.sort(display.edges_.get_array()), np.sort(-shown))
