from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from separatrix.errors import DataError, ParameterError
from separatrix.select import (
    Candidates,
    Verdict,
    corrected_t_test,
    select,
    selection_bias,
    verdict_parts,
    verdict_text,
)

# The folds differ by more than the candidates do; mean zero.
FOLDS = 0.02 * np.array([-2.0, -1, 0, 1, 2])
WOBBLE = 0.004 * np.array([1.0, -1, 0, -1, 1])

# layers: (parameters, mean score)
NETWORKS = {(): (3, 0.70), (2,): (9, 0.90), (4,): (17, 0.905), (4, 4): (37, 0.91), (8, 4): (65, 0.80)}


def tried(
    networks: dict[tuple[int, ...], tuple[int, float]] = NETWORKS, folds: np.ndarray = FOLDS, **changes: Any
) -> Candidates:
    n_splits = len(folds)
    wobbles = [(-1) ** (i // 2) * WOBBLE[:n_splits] for i in range(len(networks))]
    scores = [mean + folds + wobble for (_, mean), wobble in zip(networks.values(), wobbles, strict=True)]
    values = {
        "metric": "accuracy",
        "params": [{"hidden_layer_sizes": layers} for layers in networks],
        "hidden_layer_sizes": list(networks),
        "n_parameters": np.array([n_parameters for n_parameters, _ in networks.values()]),
        "scores": np.array(scores),
        "n_train": np.full(n_splits, 80),
        "n_test": np.full(n_splits, 20),
        "n_diverged": np.zeros(len(networks), int),
        "n_limited": np.zeros(len(networks), int),
    }
    return Candidates(**{**values, **changes})


def line(mean: float = 0.7) -> np.ndarray:
    return mean + FOLDS


def first_lines(verdict: Verdict) -> list[str]:
    return verdict_text(verdict).split("\n\n")[0].splitlines()


def test_best_and_smallest_as_good():
    candidates = tried()
    verdict = select(candidates, line())
    assert candidates.hidden_layer_sizes[verdict.best] == (4, 4)
    assert candidates.hidden_layer_sizes[verdict.smallest_as_good] == (2,)
    assert verdict.threshold == pytest.approx(
        verdict.mean[verdict.best] - verdict.standard_error[verdict.best]
    )
    assert verdict.mean[verdict.smallest_as_good] >= verdict.threshold > verdict.mean[0]
    assert not verdict.baseline_is_enough
    assert verdict.warnings == ()


def test_tests_and_bias_are_those_of_the_chosen():
    candidates = tried()
    scores, rows = candidates.scores, (candidates.n_train, candidates.n_test)
    verdict = select(candidates, line(), random_state=3, n_bootstraps=200)
    assert verdict.best_vs_baseline == corrected_t_test(scores[3], line(), *rows)
    assert verdict.smallest_vs_baseline == corrected_t_test(scores[1], line(), *rows)
    assert verdict.smallest_vs_best == corrected_t_test(scores[1], scores[3], *rows)
    assert verdict.selection == selection_bias(scores, *rows, random_state=3, n_bootstraps=200)


def test_the_smaller_of_equal_means_is_best_and_the_better_of_equal_sizes_is_chosen():
    verdict = select(tried({(8, 4): (65, 0.9), (2,): (9, 0.9), (4,): (17, 0.9)}, WOBBLE * 0), line())
    assert (verdict.best, verdict.smallest_as_good) == (1, 1)
    verdict = select(tried({(1, 2): (9, 0.895), (2,): (9, 0.9), (4,): (17, 0.91)}), line())
    assert (verdict.best, verdict.smallest_as_good) == (2, 1)


def test_a_candidate_without_a_score_on_every_split_cannot_be_chosen():
    candidates = tried()
    candidates.scores[3, 2] = np.nan
    verdict = select(candidates, line())
    assert verdict.best == 2
    assert np.isnan(verdict.mean[3])
    assert "1 of 5 candidates cannot be chosen" in verdict.warnings[0]
    assert first_lines(verdict)[0].startswith("The best of 4 candidates has one hidden layer of 4 units")


@pytest.mark.parametrize(
    ("networks", "mean", "enough", "sentence"),
    [
        (
            {(2,): (9, 0.9)},
            0.7,
            False,
            "A hidden layer helps: compared with the line (accuracy 0.700 ± 0.021), the best is",
        ),
        ({(2,): (9, 0.9)}, 0.92, True, "A straight line is enough: no candidate is better than the line ("),
        (
            {(2,): (9, 0.9), (): (3, 0.95)},
            0.7,
            True,
            "A straight line is enough: the best has no hidden layer.",
        ),
        (
            {(2,): (9, 0.9), (): (3, 0.895)},
            0.7,
            False,
            "A hidden layer helps: compared with the line (accuracy 0.700 ± 0.021), the best is better",
        ),
        ({(2,): (9, 0.9)}, 0.885, False, "the best is better by 0.0150 ["),
        ({(2,): (9, 0.9)}, 0.899, True, "The best is better by 0.00100 [-0.0"),
    ],
)
def test_whether_a_baseline_is_enough(networks, mean, enough, sentence):
    verdict = select(tried(networks), line(mean), linear_baseline="the line")
    assert verdict.baseline_is_enough is enough
    assert sentence in verdict_text(verdict)


def test_a_candidate_without_hidden_layer_that_may_be_as_good_is_enough():
    candidates = tried({(2,): (9, 0.9), (): (3, 0.895)})
    scores = candidates.scores + 0.02 * np.array([[1, -1, 1, -1, 0], [-1, 1, 0, 0, 0]])
    verdict = select(replace(candidates, scores=scores), line(0.7), linear_baseline="the line")
    assert verdict.baseline_is_enough
    text = verdict_text(verdict)
    assert "A straight line is enough: a candidate without hidden layer is as good" in text


def test_a_difference_fold_by_fold_is_reported_even_within_one_standard_error():
    # Both wobble in the same way, so that the smaller one is worse by the same amount on every fold.
    verdict = select(tried({(2,): (9, 0.9), (4,): (17, 0.91)}), line())
    assert verdict.smallest_as_good == 0
    assert (
        "; compared fold by fold, however, it is worse by 0.0100 [0.0100, 0.0100], p < 0.001."
        in first_lines(verdict)[1]
    )


def test_a_hidden_layer_that_may_help_by_chance():
    rough = np.array([0.5, 0.9, 0.7, 0.6, 0.8])
    even = {(2,): (9, 0.9)}
    verdict = select(tried(even, FOLDS * 0.1), rough)
    assert not verdict.baseline_is_enough
    assert "It is not clear whether a hidden layer helps: compared with logistic regression" in verdict_text(
        verdict
    )
    assert "which could be chance." in verdict_text(verdict)


def test_without_baseline_scores_nothing_is_compared_with_it():
    verdict = select(
        tried(), np.where(np.arange(5) == 1, np.nan, line()), linear_baseline="linear regression"
    )
    assert verdict.best_vs_baseline is None
    assert verdict.smallest_vs_baseline is None
    assert not verdict.baseline_is_enough
    assert verdict.warnings[0].startswith("Linear regression has no score on at least one split")
    assert "hidden layer helps" not in verdict_text(verdict)
    assert verdict_text(verdict).count("undefined") == 0
    assert json.loads(json.dumps(verdict.to_dict(), allow_nan=False))["linear_baseline"]["mean"] is None


def test_candidates_still_improving_and_diverged_are_counted():
    limited, diverged = np.array([0, 2, 0, 1, 0]), np.array([0, 0, 0, 0, 3])
    verdict = select(tried(n_limited=limited, n_diverged=diverged), line())
    assert verdict.warnings == (
        "2 of 5 candidates were still improving at max_iter on at least one split, the best and the smallest "
        "that is as good among them: raise max_iter or learning_rate_init.",
        "1 of 5 candidates diverged on at least one split: lower learning_rate_init.",
    )
    verdict = select(tried(n_limited=np.array([1, 0, 0, 0, 0])), line())
    assert "among them" not in verdict.warnings[0]


def test_few_splits_give_a_warning():
    verdict = select(tried(folds=FOLDS[:3]), line()[:3])
    assert verdict.warnings[0].startswith("3 splits are too few")
    verdict = select(tried(folds=FOLDS[:1]), line()[:1])
    assert verdict.best == verdict.smallest_as_good
    assert verdict.selection.bias is None
    assert verdict.warnings[0].startswith("One split gives no standard error")
    assert "nan" not in verdict_text(verdict)
    assert json.loads(json.dumps(verdict.to_dict(), allow_nan=False))["best"]["standard_error"] is None


def test_candidates_that_are_all_equal_give_a_warning():
    candidates = tried(scores=np.tile(line(0.5), (5, 1)))
    verdict = select(candidates, line())
    assert verdict.warnings[0].startswith("All candidates have the same score")
    assert verdict.smallest_as_good == verdict.best == 0


@pytest.mark.parametrize(
    ("networks", "edge"),
    [
        ({(2,): (9, 0.7), (4,): (17, 0.9)}, "the widest layer tried"),
        ({(2,): (9, 0.7), (2, 2): (15, 0.9)}, "the most layers tried"),
        ({(2,): (9, 0.7), (4, 4): (37, 0.9)}, "the most layers and the widest layer tried"),
        ({(2,): (9, 0.9), (4, 4): (37, 0.901)}, None),
        ({(4,): (17, 0.9)}, None),
    ],
)
def test_the_edge_of_the_space_gives_a_warning_if_nothing_smaller_is_as_good(networks, edge):
    warnings = select(tried(networks), line(0.6)).warnings
    if edge is None:
        assert warnings == ()
    else:
        assert edge in warnings[0]


def test_the_text_shows_losses_as_positive_numbers():
    networks = {layers: (n_parameters, mean - 1) for layers, (n_parameters, mean) in NETWORKS.items()}
    verdict = select(tried(networks, metric="neg_log_loss"), line(-0.3))
    assert first_lines(verdict)[:2] == [
        "The best of 5 candidates has hidden layers of 4 and 4 units (37 parameters): "
        "log-loss 0.090 ± 0.021 over 5 splits.",
        "The smallest that is as good within one standard error has one hidden layer of 2 units "
        "(9 parameters), 28 fewer: log-loss 0.100 ± 0.021.",
    ]
    assert "on new data, expect log-loss 0.0" in first_lines(verdict)[3]
    assert "lower is better" in verdict_text(verdict)
    assert verdict.to_dict()["best"]["mean"] == pytest.approx(-0.09)


def test_the_table_lists_the_best_the_smallest_as_good_and_the_baseline():
    networks = {(width,): (4 * width + 1, 0.88 + 0.002 * width) for width in range(1, 14)}
    params = [
        {"net__hidden_layer_sizes": layers, "net__alpha": 10.0 ** -layers[0], "net__solver": "adam", "pca": 2}
        for layers in networks
    ]
    verdict = select(tried(networks, params=params), line(0.6))
    table = [row.split("  ") for row in verdict_text(verdict).split("\n\n")[1].splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in table]
    assert cells[0] == ["layers", "alpha", "parameters", "accuracy", "advantage", "p", "p, best"]
    assert len(cells) == 1 + 10 + 1 + 1
    assert cells[1][:4] == ["best", "13", "1e-13", "53"]
    assert cells[2][0] == "12"
    assert cells[11][0] == "smallest as good"
    assert cells[11][1] == str(verdict.smallest_as_good + 1)
    assert cells[12][:2] == ["logistic regression", "none"]
    assert cells[1][-2:] == ["< 0.001", "-"]  # against the line, and against itself
    assert cells[2][-1] != "-"


def test_text_is_made_of_its_parts():
    verdict = select(tried({(1,): (5, 0.8), (2,): (9, 0.9)}), line(0.6))
    sentences, (header, *rows), note = verdict_parts(verdict)
    text = verdict_text(verdict)
    assert text.startswith(sentences)
    assert "\n" not in note
    assert text.split()[-3:] == note.split()[-3:]
    assert {len(row) for row in rows} == {len(header)}
    assert all(cell in text for row in [header, *rows] for cell in row)


def test_the_dictionary_has_parameters_of_any_type():
    params = [
        {
            "alpha": np.float64(0.5),
            "nested": (np.int64(2), (3,)),
            "array": np.arange(2),
            "rate": len,
            "none": None,
        }
    ]
    verdict = select(tried({(np.int64(2),): (9, 0.9)}, params=params), line())
    best = json.loads(json.dumps(verdict.to_dict(), allow_nan=False))["best"]
    assert best["hidden_layer_sizes"] == [2]
    assert best["params"] == {
        "alpha": 0.5,
        "nested": [2, [3]],
        "array": [0, 1],
        "rate": "<built-in function len>",
        "none": None,
    }


def test_one_candidate_has_no_selection_bias():
    verdict = select(tried({(2,): (9, 0.9)}), line())
    assert first_lines(verdict)[0].startswith("The only candidate has one hidden layer of 2 units")
    assert "The best was chosen" not in verdict_text(verdict)


def test_bad_input():
    with pytest.raises(DataError, match=r"got none of 5 \(2 diverged\); lower learning_rate_init"):
        select(tried(scores=np.full((5, 5), np.nan), n_diverged=np.array([1, 0, 4, 0, 0])), line())
    with pytest.raises(DataError, match=r"one score for each of the 5 splits, got shape \(3,\)"):
        select(tried(), line()[:3])
    with pytest.raises(ParameterError, match="n_bootstraps must be an integer of at least 100"):
        select(tried(), line(), n_bootstraps=5)
