"""Decision: how a classifier's probabilities are calibrated, and which class is the answer; NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import ParameterError

Array = NDArray[Any]

LEAST = 1e-7
"""Lower bound on a probability before its logarithm is taken."""


@dataclass(frozen=True)
class Decision:
    """How the probabilities of a classifier are calibrated, and the threshold of its answer.

    Parameters
    ----------
    temperature : float, default=1
        The logarithms of the probabilities are divided by it: above 1 they become less sure.
    offsets : sequence of n_classes floats, optional
        Added to the logarithms, one for each class: they mend the frequencies of the classes. Of two classes,
        temperature and offsets together are Platt's calibration.
    threshold : float, optional
        Of two classes: the probability of the positive one from which on it is the answer. None is one half.
    positive : int, default=1
        Of two classes: the index of the positive one, 0 or 1.

    Raises
    ------
    ParameterError
        If a value breaks its rule.

    References
    ----------
    J. Platt, Probabilistic outputs for support vector machines, Advances in Large Margin Classifiers (1999).
    C. Guo, G. Pleiss, Y. Sun, K. Weinberger, On calibration of modern neural networks, ICML (2017), sec. 4.2.

    Examples
    --------
    >>> decision = Decision(temperature=2.0, threshold=0.6)
    >>> decision.probabilities(np.array([[0.2, 0.8]])).round(3)
    array([[0.333, 0.667]])
    >>> decision.indices(np.array([[0.45, 0.55], [0.35, 0.65]]))
    array([0, 1])
    """

    temperature: float = 1.0
    offsets: tuple[float, ...] = ()
    threshold: float | None = None
    positive: int = 1

    def __post_init__(self) -> None:
        """Check the values, which may come from a file, and convert them to one form."""
        check.number("temperature", self.temperature, 0.0, open_low=True)
        try:
            offsets = tuple(map(float, self.offsets))
        except (TypeError, ValueError):
            offsets = (float("nan"),)
        if not all(map(isfinite, offsets)):
            raise ParameterError(
                "offsets", f"must be finite numbers, one for each class, got {self.offsets!r}."
            )
        object.__setattr__(self, "offsets", offsets)
        if self.threshold is not None:
            check.number("threshold", self.threshold, 0.0, 1.0, open_low=True, open_high=True)
        if type(self.positive) is not int or self.positive not in (0, 1):
            raise ParameterError(
                "positive", f"must be the index of one of two classes, 0 or 1, got {self.positive!r}."
            )

    def with_positive(self, positive: int) -> Self:
        """Return the same decision seen from another positive class: its answers stay, except for ties."""
        if positive == self.positive:
            return self
        threshold = None if self.threshold is None else 1.0 - self.threshold
        return replace(self, positive=positive, threshold=threshold)

    @property
    def is_calibrated(self) -> bool:
        """Whether probabilities are changed."""
        return self.temperature != 1.0 or any(self.offsets)

    def fits(self, n_classes: int) -> None:
        """Raise a `ParameterError` if this is no decision between `n_classes` classes, one for each row."""
        if self.offsets and len(self.offsets) != n_classes:
            raise ParameterError(
                "offsets", f"must be {n_classes} numbers, one for each class, got {len(self.offsets)}."
            )
        if self.threshold is not None and n_classes != 2:
            raise ParameterError("threshold", f"needs two classes, got {n_classes}; leave it out.")
        if self.positive != 1 and n_classes != 2:
            raise ParameterError("positive", f"needs two classes, got {n_classes}; leave it out.")

    def probabilities(self, proba: Array) -> Array:
        """Return calibrated probabilities, of shape (n_rows, n_classes)."""
        if not self.is_calibrated:
            return proba
        logs = np.log(np.maximum(proba, LEAST)) / self.temperature
        if self.offsets:
            logs = logs + np.array(self.offsets, logs.dtype)
        scaled = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(scaled / scaled.sum(axis=1, keepdims=True))

    def indices(self, proba: Array) -> Array:
        """Return the index of the class that is the answer for each row of calibrated probabilities."""
        if self.threshold is None:
            return np.asarray(proba.argmax(axis=1))
        is_positive = proba[:, self.positive] >= self.threshold
        return np.where(is_positive, self.positive, 1 - self.positive)

    def margins(self, proba: Array) -> Array:
        """Return how far each row is from another answer.

        That is the lead of the likeliest class over the next one; with a threshold, how far the logarithm of
        the odds is from that of the threshold.

        Examples
        --------
        >>> Decision(threshold=0.1).margins(np.array([[0.9, 0.1], [0.5, 0.5]])).round(3)
        array([0.   , 2.197])
        """
        if self.threshold is None:
            top = np.sort(proba, axis=1)
            return np.asarray(top[:, -1] - top[:, -2])
        p = np.clip(np.asarray(proba[:, self.positive], np.float64), LEAST, 1 - LEAST)
        odds = self.threshold / (1 - self.threshold)
        return np.asarray(np.abs(np.log(p / (1 - p)) - np.log(odds)))

    def labels(self, classes: Array, proba: Array) -> Array:
        """Return the class of each row as its label, from classes of shape (n_classes,)."""
        labels: Array = classes[np.minimum(self.indices(proba), len(classes) - 1)]
        return labels

    def to_dict(self) -> dict[str, Any]:
        """Return the values that JSON can hold."""
        return {
            "temperature": self.temperature,
            "offsets": list(self.offsets),
            "threshold": self.threshold,
            "positive": self.positive,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the decision that `to_dict` described."""
        # The first files have no "positive".
        return cls(
            values["temperature"], tuple(values["offsets"]), values["threshold"], values.get("positive", 1)
        )


class Deciding(Protocol):
    """What may keep a decision: a model or an ensemble."""

    @property
    def decision(self) -> Decision | None:
        """The decision that is kept."""


def decision_of_model(model: Deciding) -> Decision:
    """Return how a model decides; if it keeps no decision, the second of two classes is positive.

    Examples
    --------
    >>> from separatrix import Model, Network
    >>> decision_of_model(Model(Network.mlp(1, (), 1, head="binary"), [1.0, 0.0], classes=["no", "yes"]))
    Decision(temperature=1.0, offsets=(), threshold=None, positive=1)
    """
    return model.decision or Decision()


def check_decision(model: Any) -> None:
    """Raise a `ParameterError` if a model or ensemble has a decision that does not fit it."""
    if model.decision is None:
        return
    if not (model.is_classifier and model.has_one_target):
        raise ParameterError("decision", "needs a classifier with one class for each row; leave it out.")
    model.decision.fits(len(model.classes))


def decision_values(decision: Decision | None) -> dict[str, Any]:
    """Return the entry of a decision in the description of a model; none if there is no decision."""
    return {} if decision is None else {"decision": decision.to_dict()}


def decision_of(values: Mapping[str, Any]) -> Decision | None:
    """Return the decision in the description of a model."""
    return None if values.get("decision") is None else Decision.from_dict(values["decision"])


def rarer_class(counts: Sequence[int] | Array) -> int:
    """Return the index of the rarer of two classes; the second if both are as frequent, or there are others.

    Examples
    --------
    >>> rarer_class([10, 90]), rarer_class([90, 10]), rarer_class([50, 50]), rarer_class([1, 2, 3])
    (0, 1, 1, 1)
    """
    return int(len(counts) != 2 or counts[0] >= counts[1])


def positive_index(label: object, classes: Sequence[Any]) -> int:
    """Return the index of a class that is named as it is written.

    Raises
    ------
    ParameterError
        If there are not two classes, or the label is none of them.

    Examples
    --------
    >>> positive_index("yes", ["no", "yes"]), positive_index("0", [0, 1])
    (1, 0)
    """
    names = [str(each) for each in classes]
    if len(names) != 2:
        raise ParameterError("positive", f"needs two classes, got {len(names)}; leave it out.")
    if str(label) not in names:
        raise ParameterError(
            "positive", f"must be one of the classes '{names[0]}' and '{names[1]}', got '{label}'."
        )
    return names.index(str(label))
