from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from separatrix.data.table import Table
from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier, MLPRegressor
from separatrix.report import assess_estimator


def people(n: int = 300, seed: int = 0) -> tuple[Table, np.ndarray]:
    """Rows of which a fifth is positive, by age and town together."""
    random = np.random.RandomState(seed)
    age, town = random.uniform(18, 80, n), random.choice(["Ulm", "Bonn"], n).astype(object)
    p = 1 / (1 + np.exp(-(0.1 * (age - 70) + 2 * (town == "Ulm"))))
    y = np.where(random.uniform(size=n) < p, "yes", "no").astype(object)
    return Table({"age": age, "town": town}), y


def network(**settings: Any) -> MLPClassifier:
    return MLPClassifier((4,), random_state=0, max_iter=60, n_iter_no_change=1000, **settings)


def fitted(table: Table, y: np.ndarray, **settings: Any) -> MLPClassifier:
    with pytest.warns(UserWarning, match="limit"):
        return network(**settings).fit_table(Table({**table.columns, "y": y}), "y")


@pytest.mark.parametrize("kind", ["estimator", "model"])
def test_all_are_judged_on_the_same_rows(kind: str) -> None:
    train, test = people(), people(200, 1)
    clf = fitted(*train)
    found = assess_estimator(clf if kind == "estimator" else clf.to_model(), *train, *test)
    assert list(found.reports) == ["network", "logistic regression", "gradient boosting", "dummy"]
    assert {report.n_rows for report in found.reports.values()} == {200}
    assert found.model.log_loss.value == pytest.approx(log_loss(test[1], clf.predict_proba(test[0])))
    assert [each.names for each in found.comparisons] == [
        ("the network", name) for name in [*found.reports][1:]
    ]
    assert found.comparisons[0].primary.metric == "log-loss"


def test_class_weights_weigh_the_baselines_and_let_the_auc_decide() -> None:
    train, test = people(), people(200, 1)
    plain = assess_estimator(fitted(*train), *train, *test, trees=False)
    weighted = assess_estimator(fitted(*train, class_weight="balanced"), *train, *test, trees=False)
    assert not plain.is_weighted
    assert weighted.is_weighted
    assert weighted.comparisons[0].primary.metric == "ROC AUC"
    line = weighted.reports["logistic regression"]
    assert line.per_class[1].recall.value > plain.reports["logistic regression"].per_class[1].recall.value
    assert weighted.reports["dummy"].log_loss.value == pytest.approx(np.log(2))


def test_a_model_file_knows_its_class_weights() -> None:
    train, test = people(), people(200, 1)
    model = fitted(*train, class_weight={"yes": 5.0}).to_model()
    assert assess_estimator(model, *train, *test, trees=False).is_weighted


def test_frames_and_arrays_and_other_libraries() -> None:
    X, y = load_wine(return_X_y=True, as_frame=True)
    X = (X - X.mean()) / X.std()
    model = LogisticRegression(max_iter=10_000).fit(X, y)
    frame = assess_estimator(model, X, y, X, y, trees=False)
    array = assess_estimator(
        LogisticRegression(max_iter=10_000).fit(X.to_numpy(), y),
        X.to_numpy(),
        y,
        X.to_numpy(),
        y,
        trees=False,
    )
    assert frame.model.log_loss == array.model.log_loss
    assert frame.name == "model"


def test_numbers() -> None:
    X, y = load_diabetes(return_X_y=True)
    table = Table({f"c{i}": column for i, column in enumerate(X.T)})
    with pytest.warns(UserWarning, match="limit"):
        reg = MLPRegressor(
            hidden_layer_sizes=(4,), random_state=0, max_iter=60, n_iter_no_change=1000
        ).fit_table(Table({**table.columns, "y": y}), "y")
    found = assess_estimator(reg, table, y, table, y, target="progression")
    assert list(found.reports) == ["network", "ridge regression", "gradient boosting", "dummy"]
    assert found.model.per_target[0].name == "progression"


def test_errors_name_the_cure() -> None:
    table, y = people(60)
    with pytest.raises(DataError, match="same rows"):
        assess_estimator(fitted(table, y), table, y, table, y[:3])
    with pytest.raises(ParameterError, match="fitted model, got str"):
        assess_estimator("model", table, y, table, y)
