from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt

from separatrix.errors import DataError
from separatrix.plots import SearchCurvesDisplay, SearchHeatmapDisplay, SearchParetoDisplay
from separatrix.plots.search_display import SearchDisplay, number_format

pytestmark = pytest.mark.slow

DISPLAYS = (SearchHeatmapDisplay, SearchParetoDisplay, SearchCurvesDisplay)


def legend_texts(display: SearchDisplay) -> list[str]:
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


@pytest.mark.parametrize("display", DISPLAYS)
def test_candidates_without_a_score_are_counted(display: type[SearchDisplay], searched: Any) -> None:
    assert legend_texts(display.from_search(searched))[-1] == "6 of 40 left out: diverged"
    failed = replace(searched.candidates_, n_diverged=np.zeros(40, dtype=int))
    assert legend_texts(display(failed, best=6, smallest_as_good=3).plot())[-1].endswith("diverged or failed")
    scores = np.nan_to_num(searched.candidates_.scores)
    whole = SimpleNamespace(**vars(searched) | {"candidates_": replace(searched.candidates_, scores=scores)})
    assert not any("left out" in text for text in legend_texts(display.from_search(whole)))


@pytest.mark.parametrize("display", DISPLAYS)
def test_one_candidate_on_one_split_is_drawn(display: type[SearchDisplay], searched: Any) -> None:
    c = searched.candidates_
    one = replace(
        c,
        params=c.params[:1],
        hidden_layer_sizes=c.hidden_layer_sizes[:1],
        n_parameters=c.n_parameters[:1],
        scores=c.scores[:1, :1],
        n_train=c.n_train[:1],
        n_test=c.n_test[:1],
        n_diverged=c.n_diverged[:1],
        n_limited=c.n_limited[:1],
        curves=[c.curves[0][:1]],
    )
    drawn = display(one, best=0, smallest_as_good=0).plot()
    assert any("best" in text and "smallest as good" in text for text in legend_texts(drawn))


@pytest.mark.parametrize("display", DISPLAYS)
def test_no_text_lies_on_another(display: type[SearchDisplay], searched: Any, overlapping_texts: Any) -> None:
    assert overlapping_texts(display.from_search(searched).figure_) == []


def test_four_fit_into_a_figure(searched: Any, overlapping_texts: Any) -> None:
    figure, axes = plt.subplots(2, 2, layout="constrained")
    for display, ax in zip((*DISPLAYS, SearchHeatmapDisplay), axes.flat, strict=True):
        assert display.from_search(searched, ax=ax).ax_ is ax
    assert overlapping_texts(figure) == []
    assert min(ax.get_window_extent().width for ax in axes.flat) > 0.2 * figure.bbox.width
    assert "best" in [text.get_text() for text in axes[0, 0].get_legend().get_texts()]


@pytest.mark.parametrize("display", DISPLAYS)
def test_a_search_that_is_not_fitted_is_refused(display: type[SearchDisplay], searched: Any) -> None:
    with pytest.raises(DataError, match="got a SimpleNamespace without candidates_; fit it first"):
        display.from_search(SimpleNamespace())
    candidates = replace(searched.candidates_, scores=np.full((40, 6), np.nan))
    with pytest.raises(DataError, match="got none of 40, as trainings diverged or failed; lower"):
        display.from_search(SimpleNamespace(**vars(searched) | {"candidates_": candidates}))


@pytest.mark.parametrize(
    ("values", "errors", "expected"),
    [
        ([0.91], [0.0084], ".3f"),
        ([0.91], [0.012], ".3f"),
        ([46187.3], [1200.0], ".0f"),
        ([3e-6], [1e-7], ".3g"),
        ([0.5], [np.nan], ".3f"),
        ([0.0], [0.0], ".3g"),
    ],
)
def test_numbers_have_the_digits_that_their_error_allows(
    values: list[float], errors: list[float], expected: str
) -> None:
    assert number_format(np.array(values), np.array(errors)) == expected
