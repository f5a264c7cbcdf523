from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from separatrix.errors import DataError, ParameterError
from separatrix.plots import SearchCurvesDisplay
from separatrix.select.candidates import LossCurve, mean_curve


def test_the_best_few_and_the_smallest_as_good_are_drawn(searched: Any) -> None:
    display = SearchCurvesDisplay.from_search(searched, n_best=3)
    c, verdict = searched.candidates_, searched.verdict_
    order = [index for index in np.argsort(-c.mean) if np.isfinite(c.mean[index])]
    assert display.shown_ == list(dict.fromkeys([*order[:3], verdict.smallest_as_good]))
    for line, band, index in zip(display.lines_, display.bands_, display.shown_, strict=True):
        curve = mean_curve(c.curves[index])
        np.testing.assert_array_equal(line.get_xdata(), curve.epochs)
        np.testing.assert_array_equal(line.get_ydata(), curve.mean)
        heights = band.get_paths()[0].vertices[:, 1]
        assert (heights.min(), heights.max()) == (curve.low.min(), curve.high.max())
    assert display.ax_.get_yscale() == "log"


def test_names_hold_layers_settings_and_role(searched: Any) -> None:
    display = SearchCurvesDisplay.from_search(searched)
    c, best = searched.candidates_, searched.verdict_.best
    layers = "-".join(map(str, c.hidden_layer_sizes[best]))
    assert display.lines_[0].get_label() == f"{layers}, tanh, {c.params[best]['alpha']:.2g} (best)"
    assert display.ax_.get_legend().get_title().get_text() == "hidden layers, activation, alpha"
    assert sum("(smallest as good)" in str(line.get_label()) for line in display.lines_) == 1


def test_those_that_were_still_improving_are_marked(searched: Any) -> None:
    display = SearchCurvesDisplay.from_search(searched, n_best=12)
    limited = [index for index in display.shown_ if searched.candidates_.n_limited[index]]
    assert display.limits_ is not None
    ends = [mean_curve(searched.candidates_.curves[index]).mean[-1] for index in limited]
    np.testing.assert_array_equal(display.limits_.get_ydata(), ends)
    assert 0 < len(limited) < len(display.shown_)
    converged = replace(searched.candidates_, n_limited=np.zeros(40, dtype=int))
    assert SearchCurvesDisplay(converged, best=0, smallest_as_good=0).plot().limits_ is None


@pytest.mark.slow
def test_more_than_there_are_draws_all_with_a_score(searched: Any) -> None:
    display = SearchCurvesDisplay.from_search(searched, n_best=100)
    assert sorted(display.shown_) == np.flatnonzero(np.isfinite(searched.candidates_.mean)).tolist()


def test_keywords_reach_the_artists(searched: Any) -> None:
    display = SearchCurvesDisplay.from_search(
        searched, log=False, line_kw={"linewidth": 4}, band_kw={"alpha": 0.5}, legend_kw={"title": "networks"}
    )
    assert display.ax_.get_yscale() == "linear"
    assert {line.get_linewidth() for line in display.lines_} == {4}
    assert {band.get_alpha() for band in display.bands_} == {0.5}
    assert display.ax_.get_legend().get_title().get_text() == "networks"


NO_EPOCHS = LossCurve(np.zeros(0, dtype=int), np.zeros(0))


@pytest.mark.parametrize("curves", [(), [[]] * 40, [[NO_EPOCHS]] * 40], ids=["none", "empty", "no epochs"])
def test_a_search_that_kept_no_curves_is_refused(searched: Any, curves: Any) -> None:
    display = SearchCurvesDisplay(replace(searched.candidates_, curves=curves), best=0, smallest_as_good=0)
    with pytest.raises(DataError, match="got none; fit it again so that it keeps them"):
        display.plot()


def test_bad_settings_are_refused(searched: Any) -> None:
    with pytest.raises(ParameterError, match="n_best must be an integer of at least 1, got 0"):
        SearchCurvesDisplay.from_search(searched, n_best=0)
