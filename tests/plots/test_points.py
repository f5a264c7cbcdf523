from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from numpy.typing import NDArray

from separatrix.plots.axes import new_axes
from separatrix.plots.points import draw_class_points, draw_rings, write_beside


def test_more_points_are_smaller() -> None:
    few, many = (draw_class_points(new_axes(), np.zeros((n, 2)), None, [])[0] for n in (10, 1000))
    assert few.get_sizes() > many.get_sizes()


def axes() -> Axes:
    ax = Figure().subplots()
    ax.set(xlim=(-2, 2), ylim=(-2, 2))
    return ax


def covers(ax: Axes, text: Annotation, path: NDArray[np.float64]) -> bool:
    box = text.get_window_extent()
    steps = np.linspace(0, len(path) - 1, 5000)
    dense = np.column_stack([np.interp(steps, np.arange(len(path)), path[:, k]) for k in (0, 1)])
    return any(box.contains(x, y) for x, y in ax.transData.transform(dense))


def test_a_name_does_not_lie_on_a_path_that_comes_back_over_it() -> None:
    ax = axes()
    path = np.array([[0.0, 0.0], [0.0, -1.0], [1.0, -1.0], [1.0, 0.2], [-1.0, 0.2]])
    (text,) = write_beside(ax, [("epoch 0", path[0])], path)
    assert not covers(ax, text, path)
    assert list(ax.texts) == [text]


def test_names_lie_neither_on_each_other_nor_outside() -> None:
    ax = axes()
    path = np.array([[1.95, 1.95], [0.9, 1.95]])
    texts = write_beside(ax, [("epoch 0", path[0]), ("epoch 10", path[1])], path)
    boxes = [text.get_window_extent() for text in texts]
    assert not boxes[0].overlaps(boxes[1])
    assert all(ax.bbox.contains(*corner) for box in boxes for corner in (box.min, box.max))


def test_a_rare_class_lies_on_top_and_keeps_its_fraction():
    codes = np.array([1] * 20 + [0] * 19_980)
    rare_points, common_points = 1, 0
    drawn = draw_class_points(plt.figure().add_subplot(), np.zeros((20_000, 2)), codes, ["common", "rare"])
    assert [len(points.get_offsets()) for points in drawn] == [4995, 5]
    assert drawn[rare_points].get_zorder() > drawn[common_points].get_zorder()


def test_a_class_of_one_row_is_drawn():
    codes = np.array([2] + [0] * 9_000 + [1] * 9_000)
    drawn = draw_class_points(plt.figure().add_subplot(), np.zeros((18_001, 2)), codes, ["a", "b", "c"])
    assert len(drawn[2].get_offsets()) == 1


def test_few_points_are_all_drawn():
    drawn = draw_class_points(plt.figure().add_subplot(), np.zeros((300, 2)), np.arange(300) % 2, ["a", "b"])
    assert sum(len(points.get_offsets()) for points in drawn) == 300


def test_rings_are_around_the_points_that_are_wrong() -> None:
    points = np.arange(8.0).reshape(4, 2)
    rings = draw_rings(new_axes(), points, np.zeros(4, int), np.array([True, False, False, True]))
    np.testing.assert_array_equal(rings.get_offsets(), points[[0, 3]])
    assert rings.get_label() == "wrong: 2 of 4"
    assert not len(rings.get_facecolor())
