"""Table target: the column to predict, what is known of it, and how it is encoded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from separatrix.data.column import Column, as_numbers
from separatrix.data.labels import Labels
from separatrix.data.statistics import TargetStatistics
from separatrix.errors import DataError, ParameterError
from separatrix.estimators import targets
from separatrix.estimators.settings import ClassWeight

Array = NDArray[Any]


@dataclass(frozen=True)
class Target:
    """The column to predict: its statistics in the training rows, and how it is encoded.

    All fields are values that JSON can hold.

    Attributes
    ----------
    name, head : str
    n_out : int
        Outputs of the network.
    statistics : dict
        ``class_counts``, or ``mean``, ``minimum`` and ``maximum``.
    classes : list or None
        The classes, sorted; None for numbers.
    shift, scale : float
        Numbers are trained on as ``(number - shift) / scale``.
    weights : list of float or None
        Weight of the rows of each class.
    """

    name: str
    head: str
    n_out: int
    statistics: dict[str, Any]
    classes: list[Any] | None = None
    shift: float = 0.0
    scale: float = 1.0
    weights: list[float] | None = None

    @classmethod
    def of_classes(cls, statistics: TargetStatistics, loss: str, class_weight: ClassWeight) -> Self:
        """Return the target of a classifier; a `DataError` if the column holds no classes."""
        labels, counts = statistics.labels(), statistics.counts()
        head, n_out = targets.head_and_outputs(loss, labels.classes, multilabel=False)
        if isinstance(class_weight, list | tuple):
            raise ParameterError("class_weight", f"must be 'balanced' or a dict, got {class_weight!r}.")
        weights = labels.weights(class_weight, counts)  # type: ignore[arg-type]
        kept = None if weights is None else weights.tolist()
        return cls(
            statistics.name, head, n_out, {"class_counts": counts}, labels.classes.tolist(), weights=kept
        )

    @classmethod
    def of_numbers(cls, statistics: TargetStatistics, head: str, *, has_shift: bool) -> Self:
        """Return the target of a regressor; a `DataError` if the column holds no numbers."""
        name, numbers = statistics.name, statistics.numbers()
        mean, scale = numbers.moments()
        kept = {"mean": mean, "minimum": numbers.low, "maximum": numbers.high}
        if head != "poisson":
            return cls(name, head, 1, kept, shift=mean if has_shift else 0.0, scale=scale)
        if numbers.low < 0:
            raise DataError(
                f"the target column '{name}' must be 0 or more for loss 'poisson', got {numbers.low:g}; use "
                "loss='squared_error'."
            )
        return cls(name, head, 1, kept)

    @cached_property
    def labels(self) -> Labels | None:
        """The classes as labels; None for numbers."""
        return None if self.classes is None else Labels(self.classes)

    def row_weights(self, y: Array) -> Array | None:
        """Return the weight that each row has by its label; None if all weigh the same."""
        if self.labels is None or self.weights is None:
            return None
        weights: Array = np.array(self.weights)[self.labels.encode(y)]
        return weights

    @property
    def width(self) -> int:
        """Target columns: one for each class if the loss is squared, else one."""
        return self.n_out if self.head == "quadratic" else 1

    @property
    def scaling(self) -> dict[str, float] | None:
        """Mean and scale that the output of the network is to be given back; None if there are none."""
        if (self.shift, self.scale) == (0.0, 1.0):
            return None
        return {"mean": self.shift, "scale": self.scale}

    def encode(self, column: Column, dtype: DTypeLike) -> tuple[Array, Array | None]:
        """Return target columns and row weights."""
        if self.labels is None:
            numbers = (as_numbers(column, self.name) - self.shift) / self.scale
            return numbers.astype(dtype)[:, np.newaxis], None
        codes = self.labels.encode_column(column, self.name)
        T = codes[:, np.newaxis] if self.width == 1 else codes[:, np.newaxis] == np.arange(self.width)
        return T.astype(dtype), None if self.weights is None else np.array(self.weights, dtype)[codes]

    def decode(self, T: Array) -> Array:
        """Return target columns as labels, or as numbers in their own unit."""
        if self.labels is None:
            numbers: Array = T[:, 0].astype(np.float64) * self.scale + self.shift
            return numbers
        return self.labels.decode(T.argmax(axis=1) if self.width > 1 else T[:, 0])
