from __future__ import annotations

import json

import numpy as np

from separatrix.evaluate import Baseline, classification_report, compare_classifiers, regression_report
from separatrix.evaluate.assessment import assess_classifier, assess_regressor

Y = np.array([0, 1] * 20)
GOOD = np.array([[0.9, 0.1], [0.2, 0.8]] * 20)
DUMMY = np.full((40, 2), 0.5)


def test_a_classifier_beside_its_baselines():
    assessment = assess_classifier(Y, GOOD, [0, 1], {"line": Baseline(GOOD, False), "dummy": Baseline(DUMMY)})
    assert list(assessment.reports) == ["network", "line", "dummy"]
    assert assessment.model == classification_report(Y, GOOD, [0, 1])
    assert assessment.reports["dummy"] == classification_report(Y, DUMMY, [0, 1])
    assert assessment.comparisons[1] == compare_classifiers(
        Y, GOOD, DUMMY, [0, 1], names=("the network", "dummy")
    )
    assert assessment.unconverged == ("line",)


def test_a_regressor_beside_its_baseline():
    truth, predicted = np.arange(40.0), np.arange(40.0) + 0.1
    assessment = assess_regressor(truth, predicted, {"dummy": Baseline(np.full(40, 19.5))}, name="price")
    assert assessment.model == regression_report(truth, predicted, names=["price"])
    assert assessment.comparisons[0].outcome == "better"


def test_json():
    assessment = assess_classifier(Y, GOOD, [0, 1], {"dummy": Baseline(DUMMY)})
    values = json.loads(json.dumps(assessment.to_dict(), allow_nan=False))
    assert values["reports"]["network"]["n_rows"] == 40
    assert values["comparisons"][0]["outcome"] == "better"
