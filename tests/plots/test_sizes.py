from __future__ import annotations

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt

from separatrix.errors import ParameterError
from separatrix.plots.sizes import context, figure_size, text_points, text_scale, text_size


def test_texts_are_as_large_as_they_are_drawn() -> None:
    for text in ("iiiiiiiiiiiiiiii", "WWWWWWWWWWWW", "one line\nand another"):
        drawn = plt.figure(dpi=720).text(0, 0, text, fontsize="small").get_window_extent()
        width, height = text_size(text, "small")
        assert width == pytest.approx(drawn.width / 10, rel=0.05)
        assert height == pytest.approx(drawn.height / 10, rel=0.3)
    assert text_size("", 10)[0] == 0


def test_texts_follow_the_ticks_of_the_style() -> None:
    assert text_points("medium") == 10
    assert text_points("small") == pytest.approx(8.33)
    with plt.style.context("seaborn-v0_8-talk"):  # its font.size is 10, its ticks have 13 points
        assert text_points("medium") == 13
        assert text_scale() == pytest.approx(1.43)
        assert figure_size() == pytest.approx((10.4, 7.15))  # as large as its texts need


def test_figures_grow_less_than_their_texts() -> None:
    assert figure_size() == (6.4, 4.8)
    assert figure_size((3.0, 2.0)) == (3.0, 2.0)
    with mpl.rc_context({"font.size": 20}):
        assert figure_size((3.0, 2.0)) == pytest.approx((3 * 2**0.5, 2 * 2**0.5))
    with mpl.rc_context({"font.size": 8}):
        assert figure_size((3.0, 2.0)) == (3.0, 2.0)


def test_a_context_sets_texts_and_lines_and_ends() -> None:
    with plt.style.context("seaborn-v0_8-talk"), context("poster"):
        assert text_points("medium") == 20
        assert plt.rcParams["lines.linewidth"] == 3.0
    assert text_points("medium") == 10
    with pytest.raises(ParameterError, match="name must be one of"):
        context("slide")
