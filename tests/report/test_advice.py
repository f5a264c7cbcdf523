from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pytest

import separatrix as sx
from separatrix.decision import Decision
from separatrix.evaluate import Assessment, Baseline, Cost, assess_classifier, assess_regressor
from separatrix.report.advice import TrainingFacts, advice, hint, missed_class

Y = np.array([0, 1] * 60)


def proba(sure: float, seed: int = 0) -> np.ndarray:
    """Probabilities that are right with a strength."""
    p = np.clip(0.5 + sure * (Y - 0.5) + 0.05 * np.random.RandomState(seed).normal(size=len(Y)), 0.02, 0.98)
    return np.c_[1 - p, p]


def found(own: float, line: float, trees: float, training: TrainingFacts) -> tuple[str, ...]:
    return advice(assessed(own, line, trees), training)


@cache
def assessed(own: float, line: float, trees: float) -> Assessment:
    others = {"logistic regression": line, "gradient boosting": trees, "dummy": 0.0}
    baselines = {name: Baseline(proba(sure, 1)) for name, sure in others.items()}
    return assess_classifier(Y, proba(own), [0, 1], baselines)


def test_a_good_model_needs_no_advice() -> None:
    assert found(0.8, 0.4, 0.4, TrainingFacts("ensemble")) == ()


def test_a_line_that_is_as_good_is_said() -> None:
    (sentence,) = found(0.6, 0.6, 0.5, TrainingFacts("network", 0.3, stops_early=True))
    assert sentence.startswith(
        "No difference from a straight line (logistic regression) was found beyond chance"
    )


def test_a_line_is_not_advised_to_a_line() -> None:
    line = TrainingFacts("network", 0.6, is_line=True)
    (sentence,) = found(0.6, 0.6, 0.5, line)
    assert sentence.startswith(
        "The model is a straight line itself, as is logistic regression: a curve needs"
    )
    assert "another penalty (alpha)" in found(0.3, 0.9, 0.2, line)[0]
    assert TrainingFacts.of(sx.Model(sx.Network.mlp(1, (), 1), [0.5, 0.0]), "network").is_line
    assert not TrainingFacts.of(sx.Model(sx.Network.mlp(1, (1,), 1), np.ones(4)), "network").is_line


def test_a_line_that_is_better_is_said() -> None:
    (sentence,) = found(0.3, 0.9, 0.2, TrainingFacts("ensemble"))
    assert sentence.startswith("A straight line (logistic regression) is better here")


@pytest.mark.parametrize(("stops_early", "cure"), [(False, "stop early"), (True, "fewer units")])
def test_an_overfitted_network(stops_early: bool, cure: str) -> None:
    (sentence,) = found(0.3, 0.6, 0.2, TrainingFacts("network", 0.01, stops_early=stops_early))
    assert cure in sentence


def test_trees_that_are_better_are_said() -> None:
    (sentence,) = found(0.5, 0.3, 0.9, TrainingFacts("ensemble"))
    assert sentence.startswith("Gradient boosting is better")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["network", "ensemble", "model"])
def test_no_advice_contradicts_another(kind: str) -> None:
    levels = (0.0, 0.4, 0.9)
    for own, line, trees, loss, early, limit in itertools.product(
        levels, levels, levels, (0.01, 0.5, None), (False, True), (False, True)
    ):
        training = TrainingFacts(kind, loss, early, limit)
        sentences = " ".join(found(own, line, trees, training))
        assert "converge" not in sentences
        if early:
            assert "longer" not in sentences
            assert "stop early" not in sentences
        assert not ("longer" in sentences and "penalty" in sentences)
        assert not (
            "may be as good" in sentences and "Gradient boosting is better" in sentences and own > line
        )


def test_weighted_probabilities_are_no_frequencies() -> None:
    weighted = assess_classifier(Y, proba(0.8), [0, 1], {"dummy": Baseline(proba(0.0, 1))}, is_weighted=True)
    assert "not frequencies" in advice(weighted, TrainingFacts("network"))[-1]


def test_few_rows_are_said() -> None:
    y = np.arange(12.0)
    assessment = assess_regressor(y, y + 1, {"dummy": Baseline(np.full(12, 5.5))})
    assert advice(assessment, TrainingFacts("network")) == (
        "12 rows are too few to judge by: collect more, or judge by folds.",
    )


@pytest.mark.parametrize(
    ("training", "sentence"),
    [
        (TrainingFacts("network", 0.01), "too sure of themselves; try --early-stopping or a larger --alpha."),
        (TrainingFacts("network", 0.01, stops_early=True), "too sure of themselves; try a larger --alpha."),
        (TrainingFacts("network", 5.0, reached_limit=True), "has learned too little; raise --max-iter."),
        (TrainingFacts("network", 5.0, reached_limit=True, loss_rose=True), "has not learned; lower --rate."),
        (TrainingFacts("network", 5.0), "has not learned; lower --rate."),
        (
            TrainingFacts("linear model", 0.01),
            "The linear model's probabilities are too sure of themselves; try a larger",
        ),
        (TrainingFacts("linear model", 5.0), "the linear model is no better than a guess."),
        (TrainingFacts("ensemble"), "The columns say little about the target"),
    ],
)
def test_the_hint_for_a_model_that_is_worse_than_a_guess(training: TrainingFacts, sentence: str) -> None:
    assessment = assess_classifier(Y, proba(-0.8), [0, 1], {"dummy": Baseline(proba(0.0, 1))})
    assert sentence in (hint(assessment, training) or "")


def test_no_hint_for_a_training_that_diverged_or_a_model_that_is_good() -> None:
    worse = assess_classifier(Y, proba(-0.8), [0, 1], {"dummy": Baseline(proba(0.0, 1))})
    assert hint(worse, TrainingFacts("network", has_diverged=True)) is None
    assert hint(assessed(0.8, 0.4, 0.4), TrainingFacts("network", 0.3)) is None
    assert hint(assessed(0.8, 0.4, 0.4), TrainingFacts("ensemble")) is None


def test_a_line_that_is_as_good_is_said_by_hint_and_advice_in_one_sentence() -> None:
    assessment, training = assessed(0.6, 0.6, 0.5), TrainingFacts("ensemble")
    assert hint(assessment, training) == advice(assessment, training)[0]


def test_the_facts_of_a_model_of_a_file() -> None:
    class Trained:
        training: ClassVar = {
            "settings": {"early_stopping": False},
            "stop": {"reason": "diverged"},
            "history": {"loss": [1.0, 2.0]},
        }

    facts = TrainingFacts.of(Trained(), "network", 0.5)
    assert facts == TrainingFacts("network", 0.5, has_diverged=True, loss_rose=True)


def test_a_threshold_is_not_advised_where_costs_are_given() -> None:
    y = np.array([1] * 8 + [0] * 92)
    proba = np.tile([0.9, 0.1], (100, 1))
    proba[:4] = [0.7, 0.3]
    training = TrainingFacts("ensemble")

    def found(**options: Any) -> str:
        dummy = {"dummy": Baseline(np.tile([0.92, 0.08], (100, 1)))}
        return " ".join(advice(assess_classifier(y, proba, [0, 1], dummy, **options), training))

    asks = "choose a threshold by what a miss costs"
    assert asks in found()
    assert asks not in found(cost=Cost(fn=10))
    assert "The model keeps no cut, and answers from 0.5 on: at these costs 0.2 is" in found(cost=Cost(fn=10))
    kept = found(cost=Cost(fn=10), decision=Decision(threshold=0.2))
    assert asks not in kept
    assert "keeps no cut" not in kept


@pytest.mark.parametrize(
    ("is_weighted", "is_calibrated", "is_said"),
    [(False, False, True), (True, False, False), (True, True, True)],
)
def test_a_rare_class_that_is_missed_is_said_where_probabilities_are_frequencies(
    is_weighted: bool, is_calibrated: bool, is_said: bool
) -> None:
    y = np.array([1] * 5 + [0] * 95)
    judged = assess_classifier(y, np.tile([0.95, 0.05], (100, 1)), [0, 1], {})
    shifted = replace(judged, is_weighted=is_weighted, is_calibrated=is_calibrated)
    assert ("is rare and often missed" in missed_class(shifted)) == is_said
