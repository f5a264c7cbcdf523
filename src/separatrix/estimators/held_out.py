"""Held-out rows: which of the training rows early stopping sets aside, and whether rows can be judged by."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from separatrix.engine.base import Data
from separatrix.errors import DataError, ParameterError

Array = NDArray[Any]


def split_rows(n_rows: int, fraction: float, codes: Array | None, random_state: RandomState) -> list[Array]:
    """Return the rows to train on and those to hold out, by number, with scikit-learn's draws.

    `codes`, where given, are the class numbers of the rows: either part then has each class in proportion.
    """
    counts = np.array([n_rows]) if codes is None else np.unique(codes, return_counts=True)[1]
    n_held_out = math.ceil(fraction * n_rows)
    if n_held_out < 2:
        raise ParameterError(
            f"validation_fraction must set aside at least 2 of the {n_rows} rows, got {fraction}, which is "
            f"{n_held_out}; raise it, or give more rows."
        )
    if n_rows - n_held_out < len(counts):
        raise ParameterError(
            f"validation_fraction must leave at least {len(counts)} of the {n_rows} rows to train on, "
            f"got {fraction}, which leaves {n_rows - n_held_out}; lower it, or give more rows."
        )
    if counts.min() < 2:
        raise DataError(
            "y must have at least 2 rows of each class for early stopping to set one aside, got a class "
            "with 1; give more of its rows, or validation rows of their own."
        )
    rows: list[Array] = train_test_split(
        np.arange(n_rows), random_state=random_state, test_size=fraction, stratify=codes
    )
    return rows


def check_weights(training: Data, validation: Data | None) -> None:
    """Raise a `DataError` if all rows of either weigh nothing, so that their loss would be no number."""
    for which, data in (("training", training), ("validation", validation)):
        if data is not None and data.weight is not None and not data.weight.any():
            raise DataError(
                f"the {which} rows must not all have weight 0, got {data.n_rows} that do; give one of them a "
                "positive sample_weight and class_weight."
            )
