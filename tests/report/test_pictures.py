"""Pictures of the page hide nothing: legends stand below the axes, and rare classes fill theirs."""

from __future__ import annotations

import re
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from separatrix.evaluate.calibration import calibration_bins
from separatrix.report import pictures
from separatrix.report.report import _calibration

DRAW = np.random.RandomState(0)


def texts_of(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_the_calibration_of_a_rare_class_fills_its_axes() -> None:
    p = DRAW.beta(0.3, 15, 2000)
    texts = texts_of(pictures.calibration_picture(calibration_bins(DRAW.uniform(size=2000) < p, p), "rare"))
    assert "1.0" not in texts
    assert texts.count("each point: 200 rows") == 1
    assert "200" not in texts
    p = DRAW.uniform(size=100)
    texts = texts_of(pictures.calibration_picture(calibration_bins(DRAW.uniform(size=100) < p, p), "x"))
    assert "1.0" in texts


def test_a_caption_names_numbers_only_where_points_have_them() -> None:
    equal = calibration_bins(DRAW.uniform(size=2000) < 0.5, DRAW.uniform(size=2000))
    p = np.repeat([0.1, 0.5, 0.9], [50, 20, 30])
    assert pictures.have_one_size(equal)
    assert not pictures.have_one_size(calibration_bins(p > 0.3, p))


def test_points_of_unequal_rows_have_their_numbers() -> None:
    p = np.repeat([0.1, 0.5, 0.9], [50, 20, 30])
    texts = texts_of(pictures.calibration_picture(calibration_bins(p > 0.3, p), "x"))
    assert {"50", "20", "30"} <= set(texts)


@pytest.mark.parametrize("names", [["yes"], ["ensemble", "logistic regression", "boosting"], ["a" * 40] * 5])
def test_a_legend_is_below_the_axes(names: list[str]) -> None:
    size = (pictures.WIDTH, 1.9 + pictures._legend_height(names))
    with mpl.rc_context(pictures._STYLE):
        figure = Figure(figsize=size, layout="constrained")
        ax = figure.add_subplot()
        for name in names:
            ax.plot([0, 1], [0, 1], label=pictures._name(name))
        ax.set(xlabel="x")
        pictures._legend_below(ax)
        figure.draw_without_rendering()
    (legend,) = figure.legends
    extent = legend.get_window_extent()
    assert extent.y1 < ax.xaxis.label.get_window_extent().y0
    assert 0 <= extent.x0 < extent.x1 <= figure.bbox.width
    assert ax.get_window_extent().height > 80  # pixels


def test_calibration_is_drawn_of_the_most_frequent_classes_that_have_rows() -> None:
    y = np.repeat([1, 2, 4, 5, 6, 7], [2, 9, 30, 1, 40, 20])
    subject = SimpleNamespace(
        classes=np.array(list("abcdefgh")), y=y, n_rows=len(y), how=SimpleNamespace(positive=0)
    )
    answers = DRAW.dirichlet(np.ones(8), len(y))
    assert list(_calibration(subject, answers)) == ["b", "c", "e", "g", "h"]  # type: ignore[arg-type]
