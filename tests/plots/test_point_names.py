from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from separatrix.plots.point_names import write_beside


def axes():
    ax = Figure().subplots()
    ax.set(xlim=(-2, 2), ylim=(-2, 2))
    return ax


def covers(ax, text, path):
    box = text.get_window_extent()
    steps = np.linspace(0, len(path) - 1, 5000)
    dense = np.column_stack([np.interp(steps, np.arange(len(path)), path[:, k]) for k in (0, 1)])
    return any(box.contains(x, y) for x, y in ax.transData.transform(dense))


def test_a_name_does_not_lie_on_a_path_that_comes_back_over_it():
    ax = axes()
    path = np.array([[0.0, 0.0], [0.0, -1.0], [1.0, -1.0], [1.0, 0.2], [-1.0, 0.2]])
    (text,) = write_beside(ax, [("epoch 0", path[0])], path)
    assert not covers(ax, text, path)
    assert list(ax.texts) == [text]


def test_names_lie_neither_on_each_other_nor_outside():
    ax = axes()
    path = np.array([[1.95, 1.95], [0.9, 1.95]])
    texts = write_beside(ax, [("epoch 0", path[0]), ("epoch 10", path[1])], path)
    boxes = [text.get_window_extent() for text in texts]
    assert not boxes[0].overlaps(boxes[1])
    assert all(ax.bbox.contains(*corner) for box in boxes for corner in (box.min, box.max))
