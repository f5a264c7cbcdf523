from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold

import separatrix as sx
from separatrix.engine.numpy_engine import forward
from separatrix.evaluate.baselines import RIDGE_REGRESSION
from separatrix.network import HEADS
from separatrix.tabular import line, recipe
from separatrix.tabular.features import Features
from separatrix.tabular.line import fit_line, share_of_line
from separatrix.tabular.training import Target

DRAW = np.random.RandomState(0)
X = DRAW.normal(size=(120, 3)) * [1.0, 20.0, 300.0] + [0.0, 5.0, 100.0]
Z = (X - X.mean(axis=0)) / X.std(axis=0)
FEATURES = Features.fit({f"x{i}": column for i, column in enumerate(X.T)})
SPLITS = list(KFold(4, shuffle=True, random_state=0).split(X))


def target_of(y: Any, n_classes: int) -> Target:
    if n_classes == 0:
        return Target(y[:, None].astype(np.float32), y[:, None], "regression", 1)
    head, n_out = ("binary", 1) if n_classes == 2 else ("multiclass", n_classes)
    return Target(y[:, None].astype(np.float32), np.eye(n_classes)[y], head, n_out)


def probabilities(z: Any, network: Any) -> Any:
    return HEADS[network.head].probabilities(z)


@pytest.mark.slow
@pytest.mark.parametrize("n_classes", [2, 3])
def test_it_is_the_logistic_regression_with_the_best_penalty(n_classes: int) -> None:
    y = np.digitize(Z @ [1.0, -1.0, 0.5] + DRAW.normal(size=120), [[0.0], [-0.7, 0.7]][n_classes - 2])

    def losses(p: Any, rows: Any) -> Any:
        return -np.log(p[np.arange(len(rows)), y[rows]])

    found = fit_line(FEATURES, target_of(y, n_classes), SPLITS, probabilities, losses)
    assert found is not None
    theirs = LogisticRegression(C=1 / found.penalty, max_iter=1000).fit(Z, y)
    z = forward(found.network, found.theta, Z.astype(np.float32))
    np.testing.assert_allclose(probabilities(z, found.network), theirs.predict_proba(Z), atol=5e-3)

    def loss_out_of_fold(penalty: float) -> float:
        parts = [
            (LogisticRegression(C=1 / penalty, max_iter=1000).fit(Z[a], y[a]).predict_proba(Z[b]), b)
            for a, b in SPLITS
        ]
        return float(np.concatenate([losses(p, b) for p, b in parts]).mean())

    best = min(recipe.LINE_PENALTIES, key=loss_out_of_fold)
    assert found.penalty == best
    assert losses(found.answers, np.arange(120)).mean() == pytest.approx(loss_out_of_fold(best), rel=1e-2)


def test_numbers_have_ridge_regression() -> None:
    y = Z @ [1.0, -1.0, 0.5] + DRAW.normal(size=120)

    def losses(p: Any, rows: Any) -> Any:
        return (p[:, 0] - y[rows]) ** 2

    found = fit_line(FEATURES, target_of(y, 0), SPLITS, lambda z, network: z, losses)
    assert found is not None
    theirs = Ridge(found.penalty).fit(Z, y).predict(Z)
    np.testing.assert_allclose(
        forward(found.network, found.theta, Z.astype(np.float32))[:, 0], theirs, atol=1e-4
    )


def test_a_class_that_a_fold_lacks_is_unlikely_there() -> None:
    y = np.repeat([0, 1, 2], [60, 59, 1])

    def losses(p: Any, rows: Any) -> Any:
        return -np.log(p[np.arange(len(rows)), y[rows]])

    found = fit_line(FEATURES, target_of(y, 3), SPLITS, probabilities, losses)
    assert found is not None
    np.testing.assert_allclose(found.answers.sum(axis=1), 1.0)
    assert found.answers[119, 2] < 1e-4


def test_there_is_none_of_one_class_or_of_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    def losses(p: Any, rows: Any) -> Any:
        return p[:, 0]

    y = np.repeat([0, 1], [119, 1])  # where the last row is held out, there is one class
    assert fit_line(FEATURES, target_of(y, 2), SPLITS, probabilities, losses) is None
    monkeypatch.setattr(line, "LINE_CELLS", 120 * 3 - 1)
    assert fit_line(FEATURES, target_of(np.arange(120) % 2, 2), SPLITS, probabilities, losses) is None


def test_a_table_with_more_columns_than_rows_may_have_more_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks learn the noise of such a table, and a line costs little."""
    monkeypatch.setattr(line, "LINE_CELLS", 120 * 3 - 1)
    features = Features.fit({f"x{j}": DRAW.rand(120) for j in range(121)})

    def losses(p: Any, rows: Any) -> Any:
        return p[:, 0]

    target = target_of(np.arange(120) % 2, 2)
    assert fit_line(features, target, SPLITS, probabilities, losses) is not None
    monkeypatch.setattr(line, "WIDE_LINE_CELLS", 120 * 121 - 1)
    assert fit_line(features, target, SPLITS, probabilities, losses) is None


def test_its_share_falls_with_its_loss() -> None:
    ensemble = DRAW.rand(200)
    noise = DRAW.normal(size=200)
    shares = [share_of_line(ensemble + noise - noise.mean() + gap, ensemble) for gap in (-0.1, 0.0, 0.1, 1.0)]
    assert shares[1] == pytest.approx(0.5)
    assert shares[0] == pytest.approx(1 - shares[2])
    assert 0.1 < shares[2] < 0.4
    assert shares[3] == 0
    twice = share_of_line(ensemble + noise, ensemble, np.full(200, 2.0))
    assert twice == share_of_line(ensemble + noise, ensemble)


@pytest.mark.slow
def test_it_enters_where_the_truth_is_straight_and_only_there() -> None:
    draw = np.random.RandomState(1)
    X = draw.normal(size=(200, 2))
    straight = X @ [1.0, -1.0] + draw.logistic(size=200) > 0
    clf = sx.TabularClassifier("fast", cv=2).fit(X, straight)
    assert clf.line_share_ > 0.2
    model = clf.to_model().models[-1]
    assert model.network.n_out == 1
    assert len(model.network.layers) == 1
    assert clf.to_model().fractions[-1] == pytest.approx(clf.line_share_)
    round_ = sx.TabularClassifier("fast", cv=2).fit(X, (X**2).sum(axis=1) > 1.4)
    assert round_.line_share_ == 0
    assert all(len(model.network.layers) == 3 for model in round_.to_model().models)


@pytest.mark.slow
def test_a_line_that_is_clearly_better_than_its_mean_with_the_networks_is_taken_alone() -> None:
    X = np.random.RandomState(0).normal(size=(60, 3))
    reg = sx.TabularRegressor("fast").fit(X, X[:, 0])
    assert reg.line_share_ == 1.0
    assert len(reg.ensemble_.models) == 1
    assert reg.oof_score_ == pytest.approx(reg.report_.scores[RIDGE_REGRESSION])
