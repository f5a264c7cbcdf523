from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from separatrix.errors import DataError
from separatrix.evaluate import Comparison, compare_classifiers, compare_regressors

NAMES = ("the network", "the line")


def matrix(p_true: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return two columns that give each row's true class the probability `p_true`."""
    positive = np.where(codes == 1, p_true, 1 - p_true)
    return np.column_stack([1 - positive, positive])


def compare(p_first: np.ndarray, p_second: np.ndarray) -> Comparison:
    codes = np.arange(len(p_first)) % 2
    return compare_classifiers(codes, matrix(p_first, codes), matrix(p_second, codes), [0, 1], names=NAMES)


def two_models(seed: int = 0, n_rows: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.2, 0.99, n_rows), rng.uniform(0.2, 0.99, n_rows)


def test_primary_test_is_the_paired_t_test_of_log_losses():
    first, second = two_models()
    primary = compare(first, second).primary
    expected = stats.ttest_rel(-np.log(second), -np.log(first))
    interval = expected.confidence_interval(0.95)
    assert primary.p_value == pytest.approx(expected.pvalue)
    ends = (primary.advantage.low, primary.advantage.high)
    np.testing.assert_allclose(ends, (interval.low, interval.high))
    assert primary.first == pytest.approx(-np.log(first).mean())
    assert primary.advantage.value == pytest.approx(primary.second - primary.first)


def test_mcnemar_by_hand():
    # The first alone is right on 9 rows, the second alone on 2; both or neither on the others.
    first = np.r_[[0.9] * 9, [0.1] * 2, [0.9] * 10, [0.1] * 10]
    second = np.r_[[0.1] * 9, [0.9] * 2, [0.9] * 10, [0.1] * 10]
    accuracy = compare(first, second).others[0]
    assert accuracy.p_value == pytest.approx(2 * sum(math.comb(11, k) for k in (0, 1, 2)) / 2**11)
    assert accuracy.advantage.value == pytest.approx(7 / 31)
    assert accuracy.first - accuracy.second == pytest.approx(7 / 31)


@pytest.mark.slow
@given(n_first=st.integers(0, 20), n_second=st.integers(0, 20))
def test_mcnemars_interval_agrees_with_its_p_value(n_first, n_second):
    right = np.r_[np.ones(n_first, bool), np.zeros(n_second, bool)]
    first = np.r_[np.where(right, 0.9, 0.1), 0.8, 0.8]
    second = np.r_[np.where(right, 0.1, 0.9), 0.8, 0.8]
    accuracy = compare(first, second).others[0]
    if n_first + n_second == 0:
        assert accuracy.advantage.reason == "both right on the same rows"
        assert accuracy.p_value == 1
    else:
        zero_inside = accuracy.advantage.low <= 0 <= accuracy.advantage.high
        assert zero_inside == (accuracy.p_value >= 0.05)


@pytest.mark.parametrize(
    ("p_first", "wobble", "n_rows", "outcome", "start"),
    [
        (0.90, 0.02, 100, "better", "The network is better than the line (log-loss lower by 0."),
        (0.30, 0.02, 100, "worse", "The network is worse than the line (log-loss higher by 0."),
        (
            0.60,
            0.20,
            40,
            "looks better",
            "The network was better than the line on these rows, but the difference could be",
        ),
        (0.55, 0.20, 40, "no better", "The network is no better than the line (log-loss higher by 0."),
        (
            0.90,
            0.02,
            29,
            "too few rows",
            "Too few rows to compare the network with the line (log-loss lower by 0.",
        ),
    ],
)
def test_verdicts(p_first, wobble, n_rows, outcome, start):
    second = 0.6 + wobble * np.where(np.arange(n_rows) // 2 % 2, 1, -1)
    comparison = compare(np.full(n_rows, p_first), second)
    assert comparison.outcome == outcome
    assert comparison.verdict.startswith(start)
    assert comparison.verdict.endswith(f"{n_rows} rows).")


def test_equal_models_are_no_better():
    first, _ = two_models()
    comparison = compare(first, first)
    assert comparison.outcome == "no better"
    assert "p = 1, " in comparison.verdict
    assert comparison.primary.advantage.value == 0


def test_one_row_is_too_few_and_has_no_p_value():
    comparison = compare(np.array([0.9]), np.array([0.6]))
    assert comparison.outcome == "too few rows"
    assert comparison.primary.p_value is None
    assert comparison.verdict.endswith("(no interval: one row only), 1 row).")


@pytest.mark.slow
@given(seed=st.integers(0, 10_000))
def test_swapping_the_models_turns_the_sign(seed):
    first, second = two_models(seed, 40)
    one, other = compare(first, second), compare(second, first)
    mirrored = {"better": {"worse"}, "worse": {"better"}}.get(one.outcome, {"looks better", "no better"})
    assert other.outcome in mirrored
    for test, swapped in zip((one.primary, *one.others), (other.primary, *other.others), strict=True):
        assert test.p_value == pytest.approx(swapped.p_value)
        assert test.advantage.value == pytest.approx(-swapped.advantage.value)


@pytest.mark.slow
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_and_names_of_classes_do_not_matter(seed):
    codes = np.arange(40) % 2
    first, second = (matrix(p, codes) for p in two_models(seed, 40))
    order = np.random.default_rng(seed).permutation(40)
    labels = np.array(["no", "yes"])
    one = compare_classifiers(codes, first, second, [0, 1])
    other = compare_classifiers(labels[codes[order]], first[order], second[order], labels)
    assert one.outcome == other.outcome
    for test, same in zip((one.primary, *one.others), (other.primary, *other.others), strict=True):
        assert test.p_value == pytest.approx(same.p_value)


@pytest.mark.slow
def test_false_alarms_are_rare():
    rng = np.random.default_rng(7)
    outcomes = [compare(*rng.uniform(0.2, 0.99, (2, 50))).outcome for _ in range(400)]
    assert 0.02 <= np.mean([outcome in ("better", "worse") for outcome in outcomes]) <= 0.08


def test_multiclass_and_a_class_without_rows():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet([1, 1, 1], (2, 50))
    comparison = compare_classifiers(rng.integers(0, 3, 50), *proba, [0, 1, 2])
    assert comparison.others[1].p_value is not None
    comparison = compare_classifiers(rng.integers(0, 2, 50), *proba, [0, 1, 2])
    assert comparison.others[1].advantage.reason == "no row of class 2"


def test_dictionary_and_text():
    comparison = compare(*two_models())
    assert json.loads(json.dumps(comparison.to_dict()))["verdict"] == comparison.verdict
    lines = comparison.to_text().splitlines()
    assert lines[0] == comparison.verdict
    assert [line.split("  ")[0] for line in lines[3:6]] == ["log-loss", "accuracy", "ROC AUC"]


def test_which_matrix_is_wrong_is_named():
    with pytest.raises(DataError, match="proba_b must have shape"):
        compare_classifiers([0, 1], [[0.5, 0.5]] * 2, [[0.5, 0.5]], [0, 1])


def test_regressors_are_compared_by_squared_error():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(80, 2))
    near, far = truth + 0.1 * rng.normal(size=(80, 2)), truth + rng.normal(size=(80, 2))
    comparison = compare_regressors(truth, near, far, names=("the network", "a straight line"))
    expected = stats.ttest_rel(((far - truth) ** 2).mean(axis=1), ((near - truth) ** 2).mean(axis=1))
    assert comparison.primary.p_value == pytest.approx(expected.pvalue)
    assert comparison.outcome == "better"
    assert comparison.verdict.startswith(
        "The network is better than a straight line (mean squared error lower by"
    )
    assert comparison.others[0].first == pytest.approx(np.abs(near - truth).mean())


def test_regressors_on_other_rows_are_an_error():
    with pytest.raises(DataError, match="pred_b must have y_true's shape"):
        compare_regressors([1.0, 2.0], [1.0, 2.0], [1.0])


def test_the_auc_may_decide():
    """The order of the rows is the same, so that the AUC sees no difference where the log-loss does."""
    y = [0, 1] * 40
    first, second = np.linspace(0.3, 0.7, 80), np.linspace(0.9, 0.99, 80)
    probas = [np.c_[1 - p, p] for p in (first, second)]
    by_loss = compare_classifiers(y, *probas, [0, 1])
    by_auc = compare_classifiers(y, *probas, [0, 1], decided_by="ROC AUC")
    assert by_loss.outcome == "better"
    assert by_auc.outcome != "better"
    assert by_auc.primary.metric == "ROC AUC"
    assert [test.metric for test in by_auc.others] == ["accuracy", "log-loss"]


def test_a_lower_auc_is_called_lower():
    y = np.array([0, 1] * 40)
    good, bad = np.where(y, 0.8, 0.2) + np.linspace(0, 0.1, 80), np.tile([0.2, 0.8, 0.8, 0.2], 20)
    probas = [np.c_[1 - p, p] for p in (bad, good)]
    verdict = compare_classifiers(y, *probas, [0, 1], decided_by="ROC AUC").verdict
    assert "is worse than" in verdict
    assert "ROC AUC lower by" in verdict
