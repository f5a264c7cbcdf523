from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from separatrix.errors import ParameterError
from separatrix.plots import SearchHeatmapDisplay


def legend_texts(display: SearchHeatmapDisplay) -> list[str]:
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def test_cells_hold_the_best_score_with_its_sign_turned(searched: Any) -> None:
    display = SearchHeatmapDisplay.from_search(searched)
    candidates, table = searched.candidates_, display.table
    shown = display.cells_.get_array()
    np.testing.assert_array_equal(shown.mask, np.isnan(table.mean))
    np.testing.assert_allclose(shown.compressed(), -table.mean[np.isfinite(table.mean)])
    row, column, _ = table.cell_of((4,))
    of_four = [index for index, sizes in enumerate(candidates.hidden_layer_sizes) if sizes == (4,)]
    assert shown[row, column] == pytest.approx(-np.nanmax(candidates.mean[of_four]))
    assert display.colorbar_ is not None
    assert display.colorbar_.ax.get_ylabel() == "mean log-loss, lower is better"
    assert display.cells_.cmap.name == "viridis_r"


def test_value_and_error_are_written_in_each_cell(searched: Any) -> None:
    display = SearchHeatmapDisplay.from_search(searched)
    table = display.table
    written = {text.get_position(): text.get_text() for text in display.texts_}
    row, column, _ = table.cell_of((4, 4))
    expected = f"{-table.mean[row, column]:.3f}\n±{table.error[row, column]:.3f}"
    assert written[column + 0.5, row + 0.5] == expected
    assert written[1.5, 0.5] == f"straight line\n{-table.mean[0, 0]:.3f} ±{table.error[0, 0]:.3f}"
    assert len(written) == 1 + np.isfinite(table.mean[1:]).sum()


def test_values_are_written_where_they_can_be_read(searched: Any) -> None:
    small = Figure(figsize=(2, 1.4), layout="constrained").subplots()
    assert SearchHeatmapDisplay.from_search(searched, ax=small).texts_ == []
    assert len(SearchHeatmapDisplay.from_search(searched, ax=small, include_values=True).texts_) > 5
    assert SearchHeatmapDisplay.from_search(searched, include_values=False).texts_ == []


def test_layers_that_differ_are_written_in_the_cell(searched: Any) -> None:
    c = searched.candidates_
    sizes = [layers if layers != (4, 4) else (4, 2) for layers in c.hidden_layer_sizes]
    search = SimpleNamespace(**vars(searched) | {"candidates_": replace(c, hidden_layer_sizes=sizes)})
    display = SearchHeatmapDisplay.from_search(search)
    assert [text.get_text().split("\n")[-1] for text in display.texts_ if "(" in text.get_text()] == ["(4-2)"]
    assert display.ax_.get_xlabel() == "units in the widest hidden layer"


def test_the_verdict_is_marked(searched: Any) -> None:
    display = SearchHeatmapDisplay.from_search(searched)
    assert len(display.marks_) == 2
    for mark, index in zip(
        display.marks_, (searched.verdict_.best, searched.verdict_.smallest_as_good), strict=True
    ):
        row, column, _ = display.table.cell_of(searched.candidates_.hidden_layer_sizes[index])
        x, y = mark.get_center()
        assert (x, y) == pytest.approx((column + 0.5, row + 0.5))
    assert legend_texts(display)[0].startswith("best: ")
    assert legend_texts(display)[1].startswith("smallest as good: ")


def test_of_two_marks_of_one_cell_one_is_inside_the_other(searched: Any) -> None:
    display = SearchHeatmapDisplay(searched.candidates_, best=3, smallest_as_good=13).plot()
    outer, inner = display.marks_
    assert outer.get_center() == pytest.approx(inner.get_center())
    assert outer.get_width() > inner.get_width()


def test_the_straight_line_is_marked_over_all_widths(searched: Any) -> None:
    line = searched.candidates_.hidden_layer_sizes.index(())
    display = SearchHeatmapDisplay(searched.candidates_, best=line, smallest_as_good=line).plot()
    (mark,) = display.marks_
    assert mark.get_label() == "best, and smallest as good: straight line"
    assert mark.get_width() > 2.8


def test_blank_and_failed_cells_are_explained(searched: Any) -> None:
    c = searched.candidates_
    assert "no score: all left out" in legend_texts(SearchHeatmapDisplay.from_search(searched))
    sizes = [layers if layers != (1, 1) else (1, 1, 1) for layers in c.hidden_layer_sizes]
    search = SimpleNamespace(**vars(searched) | {"candidates_": replace(c, hidden_layer_sizes=sizes)})
    assert "not tried" in legend_texts(SearchHeatmapDisplay.from_search(search))
    assert "not tried" not in legend_texts(SearchHeatmapDisplay.from_search(searched))


def test_keywords_reach_the_artists(searched: Any) -> None:
    display = SearchHeatmapDisplay.from_search(
        searched,
        colorbar=False,
        cell_kw={"cmap": "cividis"},
        text_kw={"color": "red"},
        mark_kw={"linewidth": 5},
        legend_kw={"ncols": 1},
    )
    assert display.colorbar_ is None
    assert display.cells_.cmap.name == "cividis"
    assert {text.get_color() for text in display.texts_} == {"red"}
    assert {mark.get_linewidth() for mark in display.marks_} == {5}
    with pytest.raises(ParameterError, match="include_values must be True or False, got 'yes'"):
        display.plot(include_values="yes")  # type: ignore[arg-type]
