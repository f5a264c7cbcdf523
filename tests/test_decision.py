from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from separatrix.decision import Decision
from separatrix.ensemble import Ensemble
from separatrix.errors import ParameterError
from separatrix.io import load, save
from separatrix.model import Model
from separatrix.network import Network

MODEL = Model(Network.mlp(1, (), 1, head="binary"), [1.0, 0.0], classes=["no", "yes"])
ROWS = [[-0.5], [0.5]]  # probabilities 0.378 and 0.622


def test_two_classes_are_calibrated_as_by_platt() -> None:
    proba = np.array([[0.9, 0.1], [0.3, 0.7]])
    decision = Decision(temperature=2.0, offsets=(0.0, 0.5))
    logit = np.log(proba[:, 1] / proba[:, 0]) / 2 + 0.5
    np.testing.assert_allclose(decision.probabilities(proba)[:, 1], 1 / (1 + np.exp(-logit)))


def test_offsets_mend_the_frequencies_of_weighted_classes() -> None:
    """A rare class of weight 9 in training: its true odds are a ninth."""
    proba = np.array([[0.5, 0.5]])
    mended = Decision(offsets=(0.0, -np.log(9.0))).probabilities(proba)
    np.testing.assert_allclose(mended, [[0.9, 0.1]])


def test_a_threshold_changes_the_answer_and_not_the_probabilities() -> None:
    low = MODEL.with_threshold(0.3)
    assert MODEL.predict(ROWS).tolist() == ["no", "yes"]
    assert low.predict(ROWS).tolist() == ["yes", "yes"]
    assert MODEL.with_threshold(0.7).predict(ROWS).tolist() == ["no", "no"]
    np.testing.assert_array_equal(low.predict_proba(ROWS), MODEL.predict_proba(ROWS))
    assert low.threshold == 0.3
    assert low != MODEL


@pytest.mark.parametrize("kind", ["model", "ensemble"])
def test_a_decision_is_in_the_file(kind: str, tmp_path: Path) -> None:
    plain: Model | Ensemble = MODEL if kind == "model" else Ensemble([MODEL, MODEL])
    decision = Decision(1.5, (0.0, 0.25), 0.3)
    model = type(plain)(**{**vars(plain), "decision": decision})  # type: ignore[arg-type]
    save(model, tmp_path / "m.safetensors")
    loaded = load(tmp_path / "m.safetensors")
    assert loaded == model
    assert loaded != plain
    assert loaded.decision == decision
    np.testing.assert_array_equal(
        loaded.predict_proba(ROWS), decision.probabilities(plain.predict_proba(ROWS))
    )
    assert loaded.predict(ROWS).tolist() == ["yes", "yes"]


def test_an_ensemble_answers_from_its_threshold_on() -> None:
    ensemble = Ensemble([MODEL, MODEL])
    assert ensemble.predict(ROWS).tolist() == ["no", "yes"]
    assert ensemble.with_threshold(0.3).predict(ROWS).tolist() == ["yes", "yes"]


def test_members_of_an_ensemble_have_no_decision() -> None:
    with pytest.raises(ParameterError, match="no decision of their own"):
        Ensemble([MODEL.with_threshold(0.3)])


@pytest.mark.parametrize(
    ("head", "n_out", "classes", "decision", "problem"),
    [
        ("multiclass", 3, ["a", "b", "c"], {"threshold": 0.3}, "two classes, got 3"),
        ("multiclass", 3, ["a", "b", "c"], {"offsets": (0.0, 1.0)}, "3 numbers, one for each class, got 2"),
        ("regression", 1, None, {"threshold": 0.3}, "needs a classifier"),
        ("multilabel", 2, ["a", "b"], {"threshold": 0.3}, "one class for each row"),
    ],
)
def test_a_decision_must_fit_the_model(
    head: str, n_out: int, classes: list[str] | None, decision: dict[str, object], problem: str
) -> None:
    network = Network.mlp(1, (), n_out, head=head)
    with pytest.raises(ParameterError, match=problem):
        Model(network, np.zeros(2 * n_out), classes=classes, decision=Decision(**decision))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        {"threshold": 0.0},
        {"threshold": 1.0},
        {"threshold": float("nan")},
        {"temperature": 0.0},
        {"offsets": (float("inf"),)},
        {"offsets": "ab"},
        {"positive": True},
        {"positive": 1.0},
        {"positive": 2},
    ],
)
def test_bad_values_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        Decision(**values)  # type: ignore[arg-type]
