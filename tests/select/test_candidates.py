from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from separatrix.select import Candidates, LossCurve, corrected_standard_error
from separatrix.select.candidates import (
    architecture_table,
    candidate_names,
    layers_text,
    lower_fence,
    mean_curve,
    pareto_front,
    shown_metric,
)


def candidates(metric: str = "accuracy") -> Candidates:
    return Candidates(
        metric,
        params=[{}, {}],
        hidden_layer_sizes=[(), (2,)],
        n_parameters=np.array([3, 9]),
        scores=np.array([[0.5, 0.7, 0.9], [0.6, np.nan, 0.8]]),
        n_train=np.full(3, 20),
        n_test=np.full(3, 10),
        n_diverged=np.array([0, 1]),
        n_limited=np.zeros(2, int),
    )


def test_a_missing_score_gives_no_mean_and_no_standard_error():
    tried = candidates()
    assert len(tried) == 2
    np.testing.assert_allclose(tried.mean, [0.7, np.nan])
    expected = corrected_standard_error(tried.scores, tried.n_train, tried.n_test)
    np.testing.assert_array_equal(tried.standard_error, expected)


def test_the_scores_cannot_be_replaced():
    with pytest.raises(dataclasses.FrozenInstanceError):
        candidates().scores = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("metric", "name", "sign"),
    [
        ("neg_log_loss", "log-loss", -1),
        ("neg_brier_score", "Brier score", -1),
        ("neg_root_mean_squared_error", "root mean squared error", -1),
        ("roc_auc", "ROC AUC", 1),
        ("r2", "R²", 1),
        ("balanced_accuracy", "balanced accuracy", 1),
    ],
)
def test_the_metric_is_named_in_words(metric, name, sign):
    tried = candidates(metric)
    assert tried.shown_metric.name == name
    assert tried.shown_metric.sign == sign


@pytest.mark.parametrize(
    ("metric", "label", "sign"),
    [
        ("neg_log_loss", "log-loss, lower is better", -1),
        ("neg_root_mean_squared_error", "root mean squared error, lower is better", -1),
        ("roc_auc", "ROC AUC", 1),
        ("balanced_accuracy", "balanced accuracy", 1),
    ],
)
def test_metrics_have_names(metric: str, label: str, sign: int) -> None:
    shown = shown_metric(metric)
    assert (shown.label, shown.sign) == (label, sign)


SCORES = st.one_of(st.integers(-3, 3).map(float), st.just(np.nan))


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(1, 5), SCORES), max_size=12))
def test_no_candidate_that_is_not_larger_reaches_one_of_the_front(pairs: list[tuple[int, float]]) -> None:
    sizes, mean = (np.array([pair[k] for pair in pairs]) for k in (0, 1))
    front = pareto_front(sizes.astype(int), mean.astype(float)).tolist()
    finite = [index for index, value in enumerate(mean) if np.isfinite(value)]
    for index in finite:
        is_reached = any(
            mean[other] >= mean[index]
            and sizes[other] <= sizes[index]
            and (mean[other], -sizes[other]) != (mean[index], -sizes[index])
            for other in finite
        )
        twins = [i for i in finite if (mean[i], sizes[i]) == (mean[index], sizes[index])]
        assert (twins[0] in front) is not is_reached
    assert (np.diff(sizes[front]) > 0).all()
    assert (np.diff(mean[front]) > 0).all()


def test_the_fence_is_three_quartile_ranges_below_the_first() -> None:
    mean = np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.nan])
    assert lower_fence(mean) == 2 - 3 * (4 - 2)


def by_sizes(sizes: list[tuple[int, ...]], scores: list[list[float]]) -> Candidates:
    n, n_splits = len(sizes), len(scores[0])
    none = np.zeros(n, dtype=int)
    splits = np.full(n_splits, 80), np.full(n_splits, 20)
    return Candidates("accuracy", [{}] * n, sizes, np.arange(n), np.array(scores), *splits, none, none)


def test_each_cell_has_its_best_candidate() -> None:
    sizes = [(4,), (2,), (4,), (4, 4), (2,)]
    candidates = by_sizes(sizes, [[0.7, 0.9], [0.6, 0.6], [0.9, 0.9], [0.8, 0.8], [0.5, 0.5]])
    table = architecture_table(candidates)
    assert table.depths.tolist() == [1, 2]
    assert table.widths.tolist() == [2, 4]
    assert table.n_tried.tolist() == [[2, 2], [0, 1]]
    assert table.best.tolist() == [[1, 2], [-1, 3]]
    np.testing.assert_allclose(table.mean, [[0.6, 0.9], [np.nan, 0.8]])
    np.testing.assert_allclose(table.error, [[0.0, 0.0], [np.nan, 0.0]], atol=1e-15)


def test_layers_of_different_widths_are_in_the_cell_of_the_widest() -> None:
    table = architecture_table(by_sizes([(8, 4), (8, 8), (2, 8)], [[0.7, 0.7], [0.6, 0.6], [0.8, 0.8]]))
    assert table.widths.tolist() == [8]
    assert table.best.tolist() == [[2]]
    assert table.cell_of((8, 4)) == table.cell_of((8, 8)) == (0, 0, 1)


def test_a_linear_model_has_one_cell_over_all_widths() -> None:
    candidates = by_sizes([(), (2,), (4,), ()], [[0.6, 0.6], [0.7, 0.7], [0.8, 0.8], [0.5, 0.7]])
    table = architecture_table(candidates, np.array([0.9, 0.9]))
    assert table.best.tolist() == [[0, 0], [1, 2]]
    assert table.n_tried[0].tolist() == [2, 2]
    assert table.cell_of(()) == (0, 0, 2)


def test_the_baseline_is_shown_if_no_linear_model_was_tried() -> None:
    candidates, baseline = by_sizes([(2,), (4,)], [[0.7, 0.7], [0.8, 0.8]]), np.array([0.5, 0.7])
    table = architecture_table(candidates, baseline)
    assert table.depths.tolist() == [0, 1]
    assert table.best[0].tolist() == [-1, -1]
    np.testing.assert_allclose(table.mean[0], 0.6)
    expected = corrected_standard_error(baseline, candidates.n_train, candidates.n_test)
    np.testing.assert_allclose(table.error[0], expected)


def test_candidates_without_a_score_are_counted_but_never_best() -> None:
    table = architecture_table(by_sizes([(2,), (2,), (4,)], [[np.nan, 0.9], [0.5, 0.5], [np.nan, np.nan]]))
    assert table.n_tried.tolist() == [[2, 1]]
    assert table.best.tolist() == [[1, -1]]


def test_linear_models_alone_make_one_cell() -> None:
    table = architecture_table(by_sizes([(), ()], [[0.5, 0.5], [0.6, 0.6]]))
    assert table.widths.tolist() == [0]
    assert table.best.tolist() == [[1]]


def test_curves_of_the_same_epochs_are_averaged() -> None:
    epochs = np.array([1, 5, 9])
    losses = np.array([[0.9, 0.5, 0.1], [0.7, 0.6, 0.5]])
    curve = mean_curve([LossCurve(epochs, loss) for loss in losses])
    np.testing.assert_array_equal(curve.epochs, epochs)
    np.testing.assert_allclose(curve.mean, losses.mean(axis=0))
    np.testing.assert_array_equal(curve.low, losses.min(axis=0))
    np.testing.assert_array_equal(curve.high, losses.max(axis=0))


def test_a_training_that_has_stopped_keeps_its_last_loss() -> None:
    stopped = LossCurve(np.array([1, 2]), np.array([1.0, 0.4]))
    going_on = LossCurve(np.array([1, 4]), np.array([1.0, 0.1]))
    curve = mean_curve([stopped, going_on])
    np.testing.assert_array_equal(curve.epochs, [1, 2, 4])
    np.testing.assert_allclose(curve.mean, [1.0, 0.55, 0.25])
    np.testing.assert_allclose(curve.high, [1.0, 0.7, 0.4])


def by_params(params: list[dict[str, Any]], sizes: list[tuple[int, ...]]) -> Candidates:
    none = np.zeros(len(sizes), dtype=int)
    return Candidates("r2", params, sizes, none, np.zeros((len(sizes), 1)), none[:1], none[:1], none, none)


def test_names_hold_the_parameters_that_differ() -> None:
    params = [
        {
            "mlp__hidden_layer_sizes": (4,),
            "mlp__activation": "tanh",
            "mlp__alpha": 0.1,
            "mlp__solver": "adam",
        },
        {"mlp__hidden_layer_sizes": (), "mlp__activation": "tanh", "mlp__alpha": np.float64(0.01234)},
        {"mlp__hidden_layer_sizes": (8, 4), "mlp__activation": "relu", "mlp__alpha": 0.1},
    ]
    candidates = by_params(params, [(4,), (), (8, 4)])
    assert candidate_names(candidates, [1, 0]) == (
        "hidden layers, alpha, solver",
        ["none, 0.012, –", "4, 0.1, adam"],
    )
    assert candidate_names(candidates, [2]) == ("hidden layers", ["8-4"])


def test_one_unit_is_a_layer_of_one() -> None:
    assert layers_text((1,)) == "1 layer of 1"
