from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt

from separatrix.errors import ParameterError
from separatrix.plots.axes import (
    add_legend,
    draw_class_points,
    figure_of,
    is_small,
    new_axes,
    settings,
    shrink_texts,
    wrapped,
)


def test_new_axes_stand_in_a_new_figure_of_the_size_asked_for() -> None:
    ax = new_axes((3.0, 2.0))
    assert figure_of(ax).get_size_inches().tolist() == [3.0, 2.0]
    assert figure_of(ax) is not figure_of(new_axes())


def test_axes_without_a_figure_are_refused() -> None:
    ax = new_axes()
    ax.remove()
    with pytest.raises(ParameterError, match="must stand in a figure"):
        figure_of(ax)


def test_axes_of_four_in_a_figure_are_small() -> None:
    _, axes = plt.subplots(2, 2)
    assert all(is_small(ax) for ax in axes.flat)
    assert not is_small(plt.subplots()[1])


def test_small_axes_have_small_text() -> None:
    ax = plt.subplots(2, 2)[1][0, 0]
    shrink_texts(ax)
    ax.set(xlabel="a name")
    small = {text.get_fontsize() for text in [ax.xaxis.label, *ax.get_xticklabels()]}
    assert max(small) < plt.rcParams["font.size"]


def test_more_points_are_smaller() -> None:
    few, many = (draw_class_points(new_axes(), np.zeros((n, 2)), None, [])[0] for n in (10, 1000))
    assert few.get_sizes() > many.get_sizes()


def test_a_legends_markers_are_readable_and_keep_their_proportions() -> None:
    ax = new_axes()
    points = draw_class_points(ax, np.zeros((4, 2)), np.array([0, 0, 1, 1]), ["a", "b"], s=2)
    for is_own in (True, False):
        legend = add_legend(figure_of(ax), ax, points, is_own=is_own)
        dot, star = (handle.get_sizes()[0] for handle in legend.legend_handles)
        assert dot > 30
        assert star > dot


def test_names_that_do_not_fit_beside_each_other_stand_under_each_other() -> None:
    ax = new_axes()
    handles = [plt.Line2D([], [], label=letter * 60) for letter in "ab"]
    assert add_legend(figure_of(ax), ax, handles, is_own=True)._ncols == 1


def test_settings_are_the_callers_first() -> None:
    assert settings({"a": 1, "b": 2}, {"b": 3}) == {"a": 1, "b": 3}
    assert settings({"a": 1}, None) == {"a": 1}
    assert wrapped("one two", 4) == "one\ntwo"
