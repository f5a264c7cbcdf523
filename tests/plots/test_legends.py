from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt

from separatrix.plots.axes import figure_of, new_axes
from separatrix.plots.legends import add_legend, legend_above
from separatrix.plots.points import draw_class_points


def test_a_legends_markers_are_readable_and_keep_their_proportions() -> None:
    ax = new_axes()
    points = draw_class_points(ax, np.zeros((4, 2)), np.array([0, 0, 1, 1]), ["a", "b"], s=2)
    for is_own in (True, False):
        legend = add_legend(figure_of(ax), ax, points, is_own=is_own)
        dot, star = (handle.get_sizes()[0] for handle in legend.legend_handles)
        assert dot > 30
        assert star > dot


def test_a_legend_of_long_names_has_one_column() -> None:
    ax = new_axes()
    handles = [plt.Line2D([], [], label=letter * 60) for letter in "ab"]
    assert add_legend(figure_of(ax), ax, handles, is_own=True)._ncols == 1


def test_the_lines_of_a_legend_are_evenly_filled() -> None:
    ax = new_axes()
    handles = [plt.Line2D([], [], label=f"class number {number}") for number in range(10)]
    legend = add_legend(figure_of(ax), ax, handles, is_own=True)
    n_lines = -(-10 // legend._ncols)
    assert n_lines > 1
    assert legend._ncols == -(-10 // n_lines)


def test_a_figure_becomes_higher_by_the_lines_of_its_legend() -> None:
    def height(n_handles: int, is_own: bool) -> float:
        ax = new_axes()
        handles = [plt.Line2D([], [], label=letter * 60) for letter in "abcdef"[:n_handles]]
        legend_above(ax, handles, small=False, is_own=is_own)
        return figure_of(ax).get_figheight()

    assert height(1, True) == height(6, False) == 4.8
    assert height(6, True) > height(3, True) + 0.3 > 5


def test_a_marker_is_nearer_to_its_word_than_to_the_word_before() -> None:
    ax = new_axes()
    points = draw_class_points(ax, np.zeros((4, 2)), np.array([0, 0, 1, 1]), ["a", "b"])
    legend = add_legend(figure_of(ax), ax, points, is_own=True)
    figure_of(ax).canvas.draw()
    first, second = (text.get_window_extent() for text in legend.get_texts())
    marker = legend.legend_handles[1]
    place = marker.get_offset_transform().transform(marker.get_offsets())[0, 0]
    assert second.x0 - place < 0.6 * (place - first.x1)
