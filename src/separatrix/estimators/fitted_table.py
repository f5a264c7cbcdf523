"""Fitted table: what every fit of a table returns, whatever it has trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from separatrix.errors import DataError
from separatrix.estimators.table_target import Target

Estimator = TypeVar("Estimator")
Rows = TypeVar("Rows")
Part = TypeVar("Part")


@dataclass(frozen=True, eq=False)
class FittedTable(Generic[Estimator, Rows]):
    """A fitted estimator, and the rows that it is to be tested on.

    Attributes
    ----------
    estimator : estimator
        Its `to_model` returns a model that takes tables.
    target : Target
        Its `statistics` are those of all training rows.
    n_rows : int
        Rows that it was trained on, with the validation rows of early stopping.
    split : str
        How the test rows were drawn, in words; empty if they were given, or if there are none.
    test : Data, Table or None
        The test rows as the estimator takes them; None if there are none.
    """

    estimator: Estimator
    target: Target
    n_rows: int
    split: str
    test: Rows | None

    def _of_test(self, part: Part | None) -> Part:
        """Return a part of the test rows that must be there."""
        if part is None:
            raise DataError("there are no test rows; fit with test or test_size.")
        return part
