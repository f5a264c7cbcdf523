from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from separatrix.errors import OutputError
from separatrix.model import Model
from separatrix.recipes import _pictures
from separatrix.spec import Network

X, Y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 0, 1, 1])
PLANE = Network.mlp(2, (), 1)


def boundary_lines(theta: list[float]) -> int:
    _, (ax,) = _pictures.panels(1, 1, 2.0, 2.0)
    _pictures.draw_plane(ax, X, Y, Model(PLANE, theta))
    return sum(type(collection).__name__ == "QuadContourSet" for collection in ax.collections)


def test_a_plane_has_its_boundary() -> None:
    assert boundary_lines([4.0, 0.0, -2.0]) == 1


def test_a_plane_of_one_class_has_none() -> None:
    assert boundary_lines([0.0, 0.0, -2.0]) == 0


def test_a_class_keeps_its_colour_and_marker() -> None:
    _, (ax,) = _pictures.panels(1, 1, 2.0, 2.0)
    _pictures.draw_points(ax, X[:, 0], X[:, 1], Y, colours=("red", "blue"))
    drawn = {c.get_label(): (c.get_facecolor()[0], len(c.get_offsets())) for c in ax.collections}
    _, (swapped,) = _pictures.panels(1, 1, 2.0, 2.0)
    _pictures.draw_points(swapped, X[:, 0], X[:, 1], 1 - Y)
    for collection in swapped.collections:
        colour, n_points = drawn[collection.get_label()]
        np.testing.assert_array_equal(collection.get_facecolor()[0], colour)
        assert len(collection.get_offsets()) == n_points == 2


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    figure, _ = _pictures.panels(1, 1, 2.0, 2.0)
    with pytest.raises(OutputError, match="does not exist"):
        _pictures.save(figure, tmp_path / "nowhere" / "picture.png")
    assert not list(tmp_path.iterdir())
