from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, log_expit, log_softmax

from separatrix.network import HEADS, Head

Array = NDArray[Any]
every_head = pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)


def logits_and_targets(head: Head) -> tuple[Array, Array]:
    rng = np.random.default_rng(2)
    z = rng.normal(size=(6, 1 if head.name == "binary" else 3))
    t = rng.integers(0, 3, (6, 1)) if head.name == "multiclass" else rng.integers(0, 2, z.shape)
    return z, t.astype(float)


def softmax(z: Array) -> Array:
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@every_head
def test_dz_is_the_slope_of_the_loss(head: Head) -> None:
    z, t = logits_and_targets(head)
    h = 1e-6
    for column in range(z.shape[1]):
        step = np.eye(z.shape[1])[column] * h
        slope = (head.loss(z + step, t) - head.loss(z - step, t)) / (2 * h)
        np.testing.assert_allclose(head.dz(z, t)[:, column], slope, rtol=1e-6, atol=1e-9)


@every_head
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shapes_and_dtype(head: Head, dtype: type) -> None:
    z, t = (values.astype(dtype) for values in logits_and_targets(head))
    assert head.output(z).shape == head.dz(z, t).shape == z.shape
    assert head.loss(z, t).shape == (len(z),)
    assert head.output(z).dtype == head.dz(z, t).dtype == head.loss(z, t).dtype == dtype


def test_losses_are_the_textbook_s() -> None:
    z, t = logits_and_targets(HEADS["multilabel"])
    p = 1 / (1 + np.exp(-z))
    expected = {
        "multilabel": -(t * np.log(p) + (1 - t) * np.log(1 - p)).sum(axis=1),
        "regression": ((z - t) ** 2).sum(axis=1) / 2,
        "quadratic": ((p - t) ** 2).sum(axis=1) / 2,
        "poisson": (np.exp(z) - t * z - t).sum(axis=1),
    }
    for name, losses in expected.items():
        np.testing.assert_allclose(HEADS[name].loss(z, t), losses, rtol=1e-12)
    numbers = t.argmax(axis=1)[:, np.newaxis]
    chosen = np.take_along_axis(softmax(z), numbers, axis=1)[:, 0]
    np.testing.assert_allclose(HEADS["multiclass"].loss(z, numbers), -np.log(chosen), rtol=1e-12)
    np.testing.assert_allclose(HEADS["multiclass"].output(z), softmax(z), rtol=1e-12)


def test_half_poisson_deviance_counts_the_targets_own_term() -> None:
    z, t = np.array([[0.5]]), np.array([[3.0]])
    expected = 3 * math.log(3 / math.exp(0.5)) - 3 + math.exp(0.5)
    assert HEADS["poisson"].loss(z, t)[0] == pytest.approx(expected, rel=1e-12)
    assert HEADS["poisson"].loss(np.log(t), t)[0] == pytest.approx(0.0, abs=1e-14)


@pytest.mark.parametrize("z", [-1000.0, 1000.0])
@pytest.mark.parametrize("t", [0.0, 1.0])
def test_cross_entropy_is_right_at_huge_logits(z: float, t: float) -> None:
    expected = abs(z) if (z > 0) != (t == 1) else 0.0
    two_logits, number = np.array([[0.0, z]]), np.array([[t]])
    assert HEADS["binary"].loss(np.array([[z]]), np.array([[t]]))[0] == expected
    assert HEADS["multiclass"].loss(two_logits, number)[0] == expected
    for head, logits in (("binary", two_logits[:, 1:]), ("multiclass", two_logits)):
        assert np.isfinite(HEADS[head].dz(logits, number)).all()
        assert np.isfinite(HEADS[head].output(logits)).all()


@pytest.mark.parametrize(("z", "t"), [(40.0, 1.0), (-40.0, 0.0)])
def test_a_confident_right_answer_keeps_its_digits(z: float, t: float) -> None:
    loss = HEADS["binary"].loss(np.array([[z]]), np.array([[t]]))[0]
    assert loss == pytest.approx(math.exp(-40.0), rel=1e-12)


def test_only_squared_error_is_reported_as_a_mean_over_outputs() -> None:
    assert [head.name for head in HEADS.values() if head.averages_outputs] == ["regression"]


@every_head
def test_the_output_has_the_name_of_its_function(head: Head) -> None:
    z, _ = logits_and_targets(head)
    functions = {
        "logistic": lambda z: 1 / (1 + np.exp(-z)),
        "softmax": softmax,
        "identity": lambda z: z,
        "exp": np.exp,
    }
    np.testing.assert_allclose(head.output(z), functions[head.output_name](z), rtol=1e-12)


@every_head
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_and_their_logarithms_agree(head: Head, dtype: type) -> None:
    z = logits_and_targets(head)[0].astype(dtype)
    if head.task == "regression":
        with pytest.raises(ValueError, match="has no classes"):
            head.probabilities(z)
        return
    p, log_p = head.probabilities(z), head.log_probabilities(z)
    assert p.dtype == log_p.dtype == dtype
    assert p.shape == (len(z), 2 if head.name == "binary" else z.shape[1])
    np.testing.assert_allclose(np.exp(log_p), p, rtol=1e-5 if dtype is np.float32 else 1e-12)
    if head.name != "multilabel":
        np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-5)
        assert (p.argmax(axis=1) == head.predicted_classes(z)).all()


@pytest.mark.parametrize("z", [-1000.0, 1000.0])
def test_log_probabilities_are_right_at_huge_logits(z: float) -> None:
    two = np.array([[0.0, z]])
    for head, logits in (("binary", two[:, 1:]), ("multiclass", two), ("quadratic", two[:, 1:])):
        found = HEADS[head].log_probabilities(logits)
        assert found.min() == -abs(z)
        assert abs(found.max()) == 0.0


def test_log_probabilities_are_scipys() -> None:
    z = np.array([[1000.0, -1000.0, 3.0], [-2.0, 0.0, 0.5]])
    one = z[:, :1]
    np.testing.assert_allclose(HEADS["multiclass"].log_probabilities(z), log_softmax(z, axis=1))
    np.testing.assert_allclose(HEADS["binary"].log_probabilities(one), log_expit(np.hstack([-one, one])))
    np.testing.assert_allclose(HEADS["multilabel"].log_probabilities(z), log_expit(z))
    fractions = expit(z) / expit(z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.exp(HEADS["quadratic"].log_probabilities(z)), fractions)


@pytest.mark.parametrize(
    ("name", "z", "t"),
    [
        ("binary", [0.7], [1.0]),
        ("binary", [0.7], [0.0]),
        ("multilabel", [0.7, -1.2, 0.1], [1.0, 0.0, 1.0]),
        ("multiclass", [0.7, -1.2, 0.1], [2.0]),
        ("regression", [0.7, -2.0], [-1.5, 0.0]),
        ("quadratic", [0.7, -1.2], [1.0, 0.0]),
        ("poisson", [0.7, 0.2], [3.0, 0.0]),
    ],
)
def test_the_terms_of_the_loss_add_up_to_it(name: str, z: list[float], t: list[float]) -> None:
    head = HEADS[name]
    targets = np.eye(len(z))[int(t[0])] if len(t) < len(z) else np.array(t)
    outputs = head.output(np.array([z]))[0]
    total = 0.0
    for a, target in zip(outputs, targets, strict=True):
        term = head.formulas.loss_terms[int(target != 0)].format(a=a, t=f"({target})")
        total += eval(term.replace("^", "**").replace(") log", ") * log") or "0", {"log": math.log})
    assert total == pytest.approx(head.loss(np.array([z]), np.array([t]))[0])
