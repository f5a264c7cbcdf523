from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from separatrix.plots import SearchParetoDisplay
from separatrix.select import corrected_standard_error
from separatrix.select.candidates import pareto_front


def test_every_candidate_with_a_score_is_a_point(searched: Any) -> None:
    display = SearchParetoDisplay.from_search(searched)
    c = searched.candidates_
    shown = np.isfinite(c.mean) & (np.arange(40) != 5)
    np.testing.assert_allclose(display.points_.get_offsets(), np.c_[c.n_parameters, -c.mean][shown])
    depths = [len(sizes) for sizes in np.array(c.hidden_layer_sizes, dtype=object)[shown]]
    np.testing.assert_array_equal(display.points_.get_array(), depths)
    assert display.ax_.get_xscale() == "log"
    assert display.ax_.get_ylabel() == "mean log-loss, lower is better"
    assert display.colorbar_ is not None
    assert [tick.get_text() for tick in display.colorbar_.ax.get_yticklabels()] == ["0", "1", "2", "3"]


def test_a_candidate_far_worse_is_at_the_edge(searched: Any) -> None:
    display = SearchParetoDisplay.from_search(searched)
    assert display.beyond_ is not None
    assert display.beyond_.get_offsets().tolist() == [[searched.candidates_.n_parameters[5], 0.99]]
    assert display.ax_.get_ylim()[1] < 2
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert "1 far worse: at the edge" in texts


def test_a_candidate_a_little_worse_is_within_the_axes(searched: Any) -> None:
    c = searched.candidates_
    scores = c.scores.copy()
    scores[5] = -0.85
    search = SimpleNamespace(**vars(searched) | {"candidates_": replace(c, scores=scores)})
    display = SearchParetoDisplay.from_search(search)
    assert display.beyond_ is None
    assert display.ax_.get_ylim()[1] > 0.85


def test_the_front_has_its_errors(searched: Any) -> None:
    display = SearchParetoDisplay.from_search(searched)
    c = searched.candidates_
    np.testing.assert_array_equal(display.front, pareto_front(c.n_parameters, c.mean))
    assert display.front_.get_drawstyle() == "steps-post"
    np.testing.assert_allclose(display.front_.get_ydata()[:-1], -c.mean[display.front])
    assert display.front_.get_xdata()[-1] == c.n_parameters[np.isfinite(c.mean)].max()
    bars = np.array(display.errors_.lines[2][0].get_segments())[:, :, 1]
    errors = [corrected_standard_error(c.scores[i], c.n_train, c.n_test) for i in display.front]
    np.testing.assert_allclose(np.diff(bars, axis=1)[:, 0], 2 * np.array(errors))


def test_the_verdict_the_band_and_the_straight_line_are_named(searched: Any) -> None:
    display = SearchParetoDisplay.from_search(searched)
    c, verdict = searched.candidates_, searched.verdict_
    for mark, index in zip(display.marks_, (verdict.best, verdict.smallest_as_good), strict=True):
        assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (c.n_parameters[index], -c.mean[index])
    error = corrected_standard_error(c.scores[verdict.best], c.n_train, c.n_test)
    assert display.band_ is not None
    low = display.band_.get_y()
    assert (low, low + display.band_.get_height()) == pytest.approx(
        (-c.mean[verdict.best], -c.mean[verdict.best] + error)
    )
    assert display.baseline_ is not None
    assert display.baseline_.get_ydata() == pytest.approx([0.7, 0.7])
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert {"one standard error: as good", "straight line: 0.7"} <= set(texts)


def test_a_score_that_is_better_higher_has_its_band_below(searched: Any) -> None:
    candidates = replace(searched.candidates_, metric="accuracy", scores=1 + searched.candidates_.scores / 4)
    search = SimpleNamespace(candidates_=candidates, baseline_scores_=None, verdict_=searched.verdict_)
    display = SearchParetoDisplay.from_search(search)
    assert display.band_ is not None
    best = candidates.mean[searched.verdict_.best]
    assert display.band_.get_y() + display.band_.get_height() == pytest.approx(best)
    assert display.baseline_ is None
    assert display.beyond_ is not None
    assert display.beyond_.get_offsets()[0, 1] == 0.01


def test_keywords_reach_the_artists(searched: Any) -> None:
    display = SearchParetoDisplay.from_search(
        searched,
        colorbar=False,
        point_kw={"s": 50},
        front_kw={"color": "red"},
        mark_kw={"markersize": 20},
        band_kw={"alpha": 0.9},
        baseline_kw={"linestyle": ":"},
        legend_kw={"frameon": True},
    )
    assert display.colorbar_ is None
    assert display.points_.get_sizes() == [50]
    assert display.front_.get_color() == "red"
    assert {mark.get_markersize() for mark in display.marks_} == {20}
    assert display.band_ is not None
    assert display.band_.get_alpha() == 0.9
    assert display.baseline_ is not None
    assert display.baseline_.get_linestyle() == ":"
    assert display.ax_.get_legend().get_frame_on()
