from __future__ import annotations

import signal
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from separatrix import MLPClassifier, Model, Network
from separatrix.data.table import Table
from separatrix.decision import Decision
from separatrix.evaluate.cost import Cost
from separatrix.report.decisions import CutCost, out_of_fold
from separatrix.report.rows import outstanding_rows
from separatrix.report.subject import Subject


def test_a_sample_has_rows_of_every_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("separatrix.report.decisions.MAX_ROWS", 100)
    y = np.array(["a"] * 297 + ["b"] * 100 + ["rare"] * 3)
    X = np.random.RandomState(0).normal(size=(400, 2))
    labels, proba = out_of_fold(LogisticRegression().fit(X, y), X, y)
    assert proba.shape == (len(labels), 3)
    assert 100 <= len(labels) <= 106
    assert (labels == "rare").sum() == 3
    assert (labels == "b").mean() == pytest.approx(0.25, abs=0.03)


@pytest.mark.filterwarnings("ignore:Training interrupted")
def test_ctrl_c_in_a_fold_chooses_no_threshold() -> None:
    def press(progress: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    X = np.random.RandomState(0).normal(size=(60, 2))
    clf = MLPClassifier((4,), engine="numpy", solver="adam", random_state=0).set_callbacks(press)
    with pytest.raises(KeyboardInterrupt):
        out_of_fold(clf, X, X[:, 0] > 0)


def test_a_cut_from_few_positive_rows_is_warned_of() -> None:
    classes = np.array(["no", "yes"])
    p = np.linspace(0.01, 0.99, 100)
    proba = np.c_[1 - p, p]
    few, many = np.where(p > 0.9, "yes", "no"), np.where(p > 0.5, "yes", "no")
    decision = Decision(threshold=0.3)
    found = CutCost.of(few, proba, classes, decision, Cost(fn=10))
    assert (found.n_positive, found.n_caught) == (int((p > 0.9).sum()), int((p > 0.9).sum()))
    assert found.kept.value == pytest.approx(float(((p >= 0.3) & (p <= 0.9)).mean()))
    assert found.half.value == pytest.approx(float(((p >= 0.5) & (p <= 0.9)).mean()))
    assert found.kept.low < found.kept.value < found.kept.high
    assert found.warning.startswith("the kept cut rests on 10 training rows of 'yes' alone")
    assert f"(100 training rows, {found.n_positive} of them 'yes')" in found.sentence
    assert CutCost.of(many, proba, classes, decision, Cost(fn=10)).warning == ""
    none = CutCost.of(many, proba, classes, Decision(threshold=0.995), Cost(fn=1))
    assert none.warning.startswith("the kept cut flags none of 50 training rows of 'yes'")


def test_the_rows_of_a_report_are_least_sure_near_the_kept_cut() -> None:
    model = Model(Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"], feature_names=["x"])
    table = Table({"x": [-3.0, -1.4, 0.1, 3.0]})  # probabilities of 0.05, 0.2, 0.52 and 0.95
    for kept, first in ((model, "2"), (model.with_threshold(0.19), "1")):
        subject = Subject.of(kept, table, ["no", "no", "yes", "yes"])
        assert outstanding_rows(subject, subject.answers(), ["x"], n_rows=1).unsure[0].name == first
