from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from separatrix.decision import Decision
from separatrix.errors import DataError
from separatrix.estimators import MLPClassifier
from separatrix.evaluate import calibration_bins, fitted_decision
from separatrix.evaluate.answer_rule import AnswerRule
from separatrix.evaluate.calibration import out_of_fold_probabilities
from separatrix.evaluate.cost import Cost
from separatrix.report.decisions import DecisionChoice, out_of_fold


def test_two_classes_are_platts_calibration() -> None:
    random = np.random.RandomState(0)
    p = random.uniform(0.02, 0.98, 2000)
    y = random.uniform(size=2000) < p**2  # too sure of the positive class
    decision = fitted_decision(y, np.c_[1 - p, p], [False, True])
    logit = np.log(p / (1 - p))[:, np.newaxis]
    platt = LogisticRegression(C=1e6).fit(logit, y).predict_proba(logit)
    np.testing.assert_allclose(decision.probabilities(np.c_[1 - p, p]), platt, atol=2e-3)


def test_offsets_undo_class_weights() -> None:
    """A weight of 9 on the rare class multiplies its odds by 9; three classes."""
    random = np.random.RandomState(1)
    true = random.dirichlet([8, 1, 1], 20_000)
    y = (random.uniform(size=(20_000, 1)) > true.cumsum(axis=1)).sum(axis=1)
    weighted = true * [1, 9, 1]
    weighted /= weighted.sum(axis=1, keepdims=True)
    mended = fitted_decision(y, weighted, [0, 1, 2]).probabilities(weighted)
    np.testing.assert_allclose(mended.mean(axis=0), np.bincount(y) / len(y), atol=0.002)
    assert log_loss(y, mended) < log_loss(y, weighted) - 0.1
    assert log_loss(y, mended) < log_loss(y, true) + 0.001


def test_separated_classes_have_finite_offsets() -> None:
    decision = fitted_decision([0, 0, 1, 1], [[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.2, 0.8]], [0, 1])
    assert np.isfinite([decision.temperature, *decision.offsets]).all()
    assert decision.temperature > 0


def test_every_class_needs_a_row() -> None:
    with pytest.raises(DataError, match="none of 'b'"):
        fitted_decision(["a", "a"], [[0.5, 0.5]] * 2, ["a", "b"])


def test_bins_count_every_row_once() -> None:
    random = np.random.RandomState(0)
    p = np.round(random.uniform(size=1003), 2)
    y = random.uniform(size=1003) < p
    bins = calibration_bins(y, p)
    assert sum(bin.n_rows for bin in bins) == 1003
    assert sum(round(bin.observed.value * bin.n_rows) for bin in bins if bin.observed.value) == y.sum()
    assert [bin.predicted for bin in bins] == sorted(bin.predicted for bin in bins)
    assert np.average([bin.predicted for bin in bins], weights=[bin.n_rows for bin in bins]) == pytest.approx(
        p.mean()
    )


def test_equal_probabilities_are_one_bin() -> None:
    (only,) = calibration_bins([True, False], [0.3, 0.3])
    assert (only.predicted, only.observed.value, only.n_rows) == (0.3, 0.5, 2)


def test_few_rows_have_fewer_folds_and_single_rows_none() -> None:
    held: list[list[int]] = []

    def answers(rows: np.ndarray, held_out: np.ndarray) -> np.ndarray:
        held.append(sorted(held_out.tolist()))
        return np.full((len(held_out), 2), 0.5)

    found = out_of_fold_probabilities(answers, np.array([0, 1, 0, 1]), 2)
    assert found is not None
    assert found[0].tolist() == [0, 1, 2, 3]
    assert len(held) == 2
    assert sorted(held[0] + held[1]) == [0, 1, 2, 3]
    held.clear()
    assert out_of_fold_probabilities(answers, np.array([0, 1]), 2) is None
    assert held == []


def test_a_class_that_no_fold_predicts_changes_nothing() -> None:
    """A class of one row is held out by one fold, which is then trained on one class alone."""
    codes = np.array([0] * 9 + [1])
    half = lambda _, held: np.full((len(held), 2), 0.5)  # noqa: E731
    assert out_of_fold_probabilities(half, codes, 2) is None
    assert AnswerRule(calibrate=True).out_of_fold(half, codes, 2) == Decision()
    costs = AnswerRule(cost=Cost(fn=9, fp=1)).out_of_fold(half, codes, 2)
    assert costs.threshold == pytest.approx(0.1)


def test_of_many_rows_a_sample_is_predicted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("separatrix.evaluate.calibration.MAX_ROWS", 50)
    codes = np.array([0] * 300 + [1] * 100 + [2] * 3)
    found = out_of_fold_probabilities(
        lambda _, held: np.full((len(held), 3), codes[held, None] / 10), codes, 3
    )
    assert found is not None
    rows, proba = found
    assert 50 <= len(rows) < 60
    np.testing.assert_array_equal(proba[:, 0], codes[rows] / 10)
    assert (codes[rows] == 2).sum() == 3


def test_bins_of_a_rare_class_expect_equally_many_positive_rows() -> None:
    random = np.random.RandomState(0)
    p = random.beta(0.3, 8, 4000)
    y = random.uniform(size=4000) < p
    bins = calibration_bins(y, p, n_bins=8, is_rare=True)
    expected = [each.predicted * each.n_rows for each in bins]
    assert len(bins) == 8
    assert max(expected) < 1.2 * min(expected)
    assert sum(each.n_rows for each in bins) == 4000
    assert bins[0].n_rows > 10 * bins[-1].n_rows
    assert len(calibration_bins([True, False], [0.0, 0.0], is_rare=True)) == 1


def test_weighted_probabilities_are_mended_by_calibration_on_other_rows() -> None:
    """The calibration error on held-out rows, of the model itself and of the one with `--calibrate`."""
    random = np.random.RandomState(0)
    X = random.normal(size=(3000, 2))
    y = (random.uniform(size=3000) < 1 / (1 + np.exp(-(2 * X[:, 0] - 3)))).astype(int)
    fitted = MLPClassifier((), solver="lbfgs", class_weight="balanced", random_state=0).fit(
        X[:2000], y[:2000]
    )
    labels, proba = out_of_fold(fitted, X[:2000], y[:2000])
    decision = DecisionChoice(calibrate=True).decide(labels, proba, fitted.classes_, np.bincount(y[:2000]))
    weighted = fitted.predict_proba(X[2000:])

    def error(p: np.ndarray) -> float:
        bins = calibration_bins(y[2000:] == 1, p[:, 1])
        return sum(each.n_rows * abs(each.predicted - each.observed.value) for each in bins) / 1000

    assert error(weighted) > 0.15
    assert error(decision.probabilities(weighted)) < 0.04
