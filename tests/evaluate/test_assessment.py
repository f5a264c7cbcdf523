from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from separatrix import Model, Network
from separatrix.data import Table
from separatrix.decision import Decision
from separatrix.errors import DataError, ParameterError
from separatrix.evaluate import Baseline, Cost, classification_report, compare_classifiers, regression_report
from separatrix.evaluate.assessment import Assessment, assess, assess_classifier, assess_regressor
from separatrix.report.subject import Subject

Y = np.array([0, 1] * 20)
GOOD = np.array([[0.9, 0.1], [0.2, 0.8]] * 20)
DUMMY = np.full((40, 2), 0.5)


def test_a_classifier_and_its_baselines():
    assessment = assess_classifier(Y, GOOD, [0, 1], {"line": Baseline(GOOD, False), "dummy": Baseline(DUMMY)})
    assert list(assessment.reports) == ["network", "line", "dummy"]
    assert assessment.model == classification_report(Y, GOOD, [0, 1])
    assert assessment.reports["dummy"] == classification_report(Y, DUMMY, [0, 1])
    assert assessment.comparisons[1] == compare_classifiers(
        Y, GOOD, DUMMY, [0, 1], names=("the network", "dummy")
    )
    assert assessment.unconverged == ("line",)


def test_a_regressor_and_its_baseline():
    truth, predicted = np.arange(40.0), np.arange(40.0) + 0.1
    assessment = assess_regressor(truth, predicted, {"dummy": Baseline(np.full(40, 19.5))}, target="price")
    assert assessment.model == regression_report(truth, predicted, names=["price"])
    assert assessment.comparisons[0].outcome == "better"


def test_json():
    assessment = assess_classifier(Y, GOOD, [0, 1], {"dummy": Baseline(DUMMY)})
    values = json.loads(json.dumps(assessment.to_dict(), allow_nan=False))
    assert values["reports"]["network"]["n_rows"] == 40
    assert values["comparisons"][0]["outcome"] == "better"


def test_a_saved_model_and_the_dummy_of_its_training_rows():
    metadata = {"target": {"class_counts": [3, 1]}}
    model = Model(Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"], training=metadata)
    assessment = assess(model, Table({"x": [1.0, -1.0], "y": ["yes", "no"]}), "y")
    assert assessment.reports["dummy"] == classification_report(
        ["yes", "no"], [[0.75, 0.25]] * 2, ["no", "yes"]
    )
    model = Model(Network.mlp(1, (), 1, head="regression"), [1.0, 0.0], training={"target": {"mean": 2.0}})
    assessment = assess(model, Table({"x": [1.0, 2.0], "y": [1.0, 3.0]}), "y")
    assert assessment.reports["dummy"] == regression_report([1.0, 3.0], [2.0, 2.0], names=["y"])


@pytest.mark.parametrize("counts", [[1, 9], [9, 1]])
def test_without_a_decision_the_second_class_is_positive_as_for_the_threshold(counts):
    training = {"target": {"class_counts": counts}}
    model = Model(Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"], training=training)
    table = Table({"x": [2.0, -1.0], "y": ["yes", "no"]})
    assert assess(model, table, "y").model.positive == 1
    assert model.with_threshold(0.3).decision.positive == 1
    assert Subject.of(model, table.select(["x"]), ["yes", "no"]).how.positive == 1
    kept = replace(model, decision=Decision(positive=0))
    assert assess(kept, table, "y").model.positive == 0
    assert kept.with_threshold(0.3).decision.positive == 0
    assert Subject.of(kept, table.select(["x"]), ["yes", "no"]).how.positive == 0


def test_what_cannot_be_assessed():
    table = Table({"x": [1.0, -1.0], "y": ["yes", "maybe"]})
    model = Model(Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"])
    with pytest.raises(ParameterError, match="target must name the column with the true values"):
        assess(model, table)
    with pytest.raises(DataError, match="has 'maybe' in row 2, which is none of the classes"):
        assess(model, table, "y")
    several = Model(Network.mlp(1, (), 2, head="regression"), [1.0, 0.0, 0.0, 0.0])
    with pytest.raises(ParameterError, match="model must have one target, got several"):
        assess(several, table, "y")


def test_each_answers_by_its_own_threshold() -> None:
    proba = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]] * 10)
    y = np.array([0, 1, 1, 1] * 10)
    found = assess_classifier(y, proba, [0, 1], {"same": Baseline(proba)}, decision=Decision(threshold=0.3))
    assert found.model.confusion == ((10, 0), (0, 30))
    assert found.cut_note == "'1' is the answer from a probability of 0.3 on of the network, 0.5 of same."
    alike = {"same": Baseline(proba, threshold=0.3)}
    even = assess_classifier(y, proba, [0, 1], alike, decision=Decision(threshold=0.3))
    assert even.reports["same"].confusion == even.model.confusion
    assert even.cut_note.endswith("from a probability of 0.3 on, of the network and of the baselines.")
    assert assess_classifier(y, proba, [0, 1], alike).cut_note == ""
    assert found.reports["same"].confusion == ((10, 0), (20, 10))
    accuracy = next(test for test in found.comparisons[0].others if test.metric == "accuracy")
    assert (accuracy.first, accuracy.second) == (1.0, 0.5)
    assert found.comparisons[0].primary.advantage.value == 0
    with pytest.raises(ParameterError, match="threshold needs two classes, got 3"):
        assess_classifier([0, 1, 2], np.eye(3), [0, 1, 2], {}, decision=Decision(threshold=0.3))


def test_costs_are_judged_at_the_cut_of_each() -> None:
    proba = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]] * 10)
    y = np.array([0, 1, 1, 1] * 10)
    line = {"line": Baseline(proba, threshold=0.35)}
    decision, cost = Decision(threshold=0.3), Cost(fn=8, fp=1)
    found = assess_classifier(y, proba, [0, 1], line, decision=decision, cost=cost)
    assert (found.model.cost.value, found.reports["line"].cost.value) == (0.0, 2.0)
    test = next(test for test in found.comparisons[0].others if test.metric == "cost of a row")
    assert (test.first, test.second, test.advantage.value) == (0.0, 2.0, 2.0)
    assert found.cost_verdict.endswith(
        f"The network cuts at {found.model.threshold:.4g}, each of the others where it is cheapest on "
        "training rows."
    )
    assert "Cheapest on these rows would be a cut of 0.2, at 0.000 a row" in found.cost_note
    with pytest.raises(ParameterError, match="cost needs two classes, got 3"):
        assess_classifier([0, 1, 2], np.eye(3), [0, 1, 2], {}, cost=cost)


def test_the_verdict_on_the_cost_has_the_paired_test_and_the_advice() -> None:
    y = np.array(([1] * 5 + [0] * 95) * 4)
    flat = Baseline(np.tile([0.95, 0.05], (400, 1)), threshold=0.5)
    none, good, poor = (
        np.full(400, 0.05),
        np.where(y == 1, 0.9, 0.05),
        np.where(np.arange(400) % 4 == 1, 0.9, 0.05),
    )
    cost = Cost(fn=10, fp=1)

    def found(p: np.ndarray) -> Assessment:
        return assess_classifier(y, np.c_[1 - p, p], [0, 1], {"dummy": flat}, cost=cost)

    assert found(good).cost_verdict.startswith("At these costs a row costs 0.000 with the network: 0.5")
    assert found(good).cost_verdict.endswith(
        " less (p < 0.001) than with the dummy. The answers of all are those of a cut of 0.5."
    )
    assert found(good).cost_advice == ""
    assert " more (p " in found(poor).cost_verdict
    for dear in (none, poor):
        assert (
            "does not pay: the same answer for every row (the dummy) is as cheap" in found(dear).cost_advice
        )
    assert assess_classifier(y, np.c_[1 - good, good], [0, 1], {"dummy": flat}).cost_verdict == ""
    unsure = none.copy()
    unsure[[0, 7]] = 0.9  # one row caught, one false alarm
    assert "does not clearly pay" in found(unsure).cost_advice


def test_a_cut_that_does_not_pay_is_not_taken_for_a_model_that_does_not() -> None:
    y = np.array([1, 0] * 200)
    random = np.random.RandomState(0)
    p = np.where(y == 1, random.uniform(0.2, 0.9, 400), random.uniform(0.0, 0.4, 400))
    flat = Baseline(np.full((400, 2), 0.5), threshold=0.1)

    def advice(cut: float) -> str:
        decision, cost = Decision(threshold=cut), Cost(fn=10, fp=1)
        rows = assess_classifier(y, np.c_[1 - p, p], [0, 1], {"dummy": flat}, decision=decision, cost=cost)
        return rows.cost_advice

    assert advice(0.8).startswith(
        "At these costs the network does not pay with its cut of 0.8: the same answer"
    )
    assert " A cut of 0.2" in advice(0.8)
    assert advice(0.2) == ""
