"""Decision: how a classifier's probabilities are calibrated, and which class is the answer; NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

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
        Of two classes: the probability of the second from which on it is the answer. None is one half.

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
        return np.asarray((proba[:, 1] >= self.threshold).astype(np.intp))

    def to_dict(self) -> dict[str, Any]:
        """Return the values that JSON can hold."""
        return {
            "temperature": self.temperature,
            "offsets": list(self.offsets),
            "threshold": self.threshold,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the decision that `to_dict` described."""
        return cls(values["temperature"], tuple(values["offsets"]), values["threshold"])
