from __future__ import annotations

import numpy as np

from separatrix.select.architecture_table import architecture_table
from separatrix.select.candidates import Candidates
from separatrix.select.selection import corrected_standard_error


def tried(sizes: list[tuple[int, ...]], scores: list[list[float]]) -> Candidates:
    n, n_splits = len(sizes), len(scores[0])
    none = np.zeros(n, dtype=int)
    splits = np.full(n_splits, 80), np.full(n_splits, 20)
    return Candidates("accuracy", [{}] * n, sizes, np.arange(n), np.array(scores), *splits, none, none)


def test_each_cell_has_its_best_candidate() -> None:
    sizes = [(4,), (2,), (4,), (4, 4), (2,)]
    candidates = tried(sizes, [[0.7, 0.9], [0.6, 0.6], [0.9, 0.9], [0.8, 0.8], [0.5, 0.5]])
    table = architecture_table(candidates)
    assert table.depths.tolist() == [1, 2]
    assert table.widths.tolist() == [2, 4]
    assert table.n_tried.tolist() == [[2, 2], [0, 1]]
    assert table.best.tolist() == [[1, 2], [-1, 3]]
    np.testing.assert_allclose(table.mean, [[0.6, 0.9], [np.nan, 0.8]])
    np.testing.assert_allclose(table.error, [[0.0, 0.0], [np.nan, 0.0]], atol=1e-15)


def test_layers_of_different_widths_stand_with_their_widest() -> None:
    table = architecture_table(tried([(8, 4), (8, 8), (2, 8)], [[0.7, 0.7], [0.6, 0.6], [0.8, 0.8]]))
    assert table.widths.tolist() == [8]
    assert table.best.tolist() == [[2]]
    assert table.cell_of((8, 4)) == table.cell_of((8, 8)) == (0, 0, 1)


def test_a_straight_line_has_one_cell_over_all_widths() -> None:
    candidates = tried([(), (2,), (4,), ()], [[0.6, 0.6], [0.7, 0.7], [0.8, 0.8], [0.5, 0.7]])
    table = architecture_table(candidates, np.array([0.9, 0.9]))
    assert table.best.tolist() == [[0, 0], [1, 2]]
    assert table.n_tried[0].tolist() == [2, 2]
    assert table.cell_of(()) == (0, 0, 2)


def test_the_baseline_stands_in_where_no_straight_line_was_tried() -> None:
    candidates, baseline = tried([(2,), (4,)], [[0.7, 0.7], [0.8, 0.8]]), np.array([0.5, 0.7])
    table = architecture_table(candidates, baseline)
    assert table.depths.tolist() == [0, 1]
    assert table.best[0].tolist() == [-1, -1]
    np.testing.assert_allclose(table.mean[0], 0.6)
    expected = corrected_standard_error(baseline, candidates.n_train, candidates.n_test)
    np.testing.assert_allclose(table.error[0], expected)


def test_candidates_without_a_score_are_counted_but_never_best() -> None:
    table = architecture_table(tried([(2,), (2,), (4,)], [[np.nan, 0.9], [0.5, 0.5], [np.nan, np.nan]]))
    assert table.n_tried.tolist() == [[2, 1]]
    assert table.best.tolist() == [[1, -1]]


def test_straight_lines_alone_make_one_cell() -> None:
    table = architecture_table(tried([(), ()], [[0.5, 0.5], [0.6, 0.6]]))
    assert table.widths.tolist() == [0]
    assert table.best.tolist() == [[1]]
