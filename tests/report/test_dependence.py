from __future__ import annotations

import numpy as np
import pytest
from sklearn.inspection import partial_dependence as of_scikit_learn
from sklearn.linear_model import LogisticRegression

from separatrix.data.table import Table
from separatrix.model import Model
from separatrix.network import Network
from separatrix.report.dependence import partial_dependence
from separatrix.report.subject import Subject


def test_it_is_scikit_learns() -> None:
    random = np.random.RandomState(0)
    X = np.c_[random.normal(size=200), random.normal(size=200)]
    y = (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)
    model = LogisticRegression().fit(X, y)
    found = partial_dependence(Subject.of(model, X, y), "x1", max_rows=200)
    expected = of_scikit_learn(
        model, X, [0], custom_values={0: found.values}, response_method="predict_proba"
    )
    np.testing.assert_allclose(found.answers[:, 0], expected["average"][0])
    assert found.outputs == ("1",)
    assert found.counts.sum() == 200


@pytest.mark.filterwarnings("ignore:town has 2 categories")  # it gives the target away
def test_levels_are_the_most_frequent_with_missing_ones() -> None:
    from separatrix.estimators import MLPClassifier

    town = np.array(["Ulm"] * 30 + ["Bonn"] * 20 + [None] * 10, dtype=object)
    y = np.array((["yes"] * 4 + ["no"]) * 6 + (["no"] * 4 + ["yes"]) * 6, dtype=object)
    clf = MLPClassifier((), solver="lbfgs", alpha=0.1, random_state=0)
    clf.fit_table(Table({"town": town, "y": y}), "y")
    found = partial_dependence(Subject.of(clf, Table({"town": town}), y), "town")
    assert found.values.tolist() == ["Ulm", "Bonn", "(missing)"]
    assert found.counts.tolist() == [30, 20, 10]
    assert not found.is_number
    towns = np.array(["Ulm", "Bonn", None], dtype=object)
    direct = clf.predict_proba(Table({"town": towns}))[:, 1]
    np.testing.assert_allclose(found.answers[:, 0], direct, rtol=1e-6)


def test_of_many_classes_the_most_frequent_are_shown() -> None:
    model = Model(
        Network.mlp(1, (), 7, head="multiclass"), np.zeros(14), classes=list("abcdefg"), feature_names=["x"]
    )
    y = np.array(list("aaabbbcccdddeeefg"))
    found = partial_dependence(Subject.of(model, Table({"x": np.arange(17.0)}), y), "x")
    assert found.outputs == tuple("abcde")
    assert found.answers == pytest.approx(1 / 7)


def test_truth_values() -> None:
    model = Model(Network.mlp(1, (), 1), [1.0, 0.0], feature_names=["x"])
    found = partial_dependence(Subject.of(model, Table({"x": np.array([True, False, True])}), [0, 1, 1]), "x")
    assert found.values.tolist() == [0.0, 1.0]
    assert found.counts.tolist() == [1, 2]
