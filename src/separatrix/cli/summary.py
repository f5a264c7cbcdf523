"""Summary: what `fit` says of its rows, whether they were in memory or streamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.cli.console import some
from separatrix.cli.rows import Rows
from separatrix.data.targets import Task
from separatrix.model import Model
from separatrix.text import plain_spec


@dataclass(frozen=True)
class Summary:
    """The rows of a fit.

    Attributes
    ----------
    source, target : str
        Names of the table and of the column to predict.
    task, reason : str
        Classes or numbers, and why.
    n_columns : int
        To predict from.
    values : str
        The target's classes or range, in words.
    n_train, n_test : int
    split : str
        Where the test rows are from.
    unseen : mapping of str to int
        Values of text columns that training did not see.
    """

    source: str
    target: str
    task: Task
    reason: str
    n_columns: int
    values: str
    n_train: int
    n_test: int
    split: str
    unseen: Mapping[str, int] = field(default_factory=dict)


def summary_of(rows: Rows, model: Model) -> Summary:
    """Return the summary of rows in memory."""
    assert model.encoder is not None
    return Summary(
        source=rows.source,
        target=rows.target,
        task=rows.task,
        reason=rows.reason,
        n_columns=len(rows.features.columns),
        values=value_words(np.concatenate([rows.y, rows.test_y]), rows.task),
        n_train=len(rows.y),
        n_test=len(rows.test_y),
        split=rows.split,
        unseen=model.encoder.count_unseen(rows.test_features.columns),
    )


def value_words(y: NDArray[Any], task: Task) -> str:
    """Return the classes of a target with their rows, or its range."""
    if task == "regression":
        return number_words(y.min(), y.max(), y.mean())
    classes, counts = np.unique(y, return_counts=True)
    return class_words(classes.tolist(), counts.tolist())


def target_words(facts: Mapping[str, Any], labels: Sequence[Any] | None) -> str:
    """Return a target's classes or range, of the facts that a model keeps of it."""
    if labels is not None:
        return class_words(labels, facts["class_counts"])
    return number_words(facts["minimum"], facts["maximum"], facts["mean"])


def number_words(low: float, high: float, mean: float) -> str:
    """Return a range and a mean.

    Examples
    --------
    >>> number_words(25.0, 346.0, 152.1335)
    '25 to 346, mean 152.13'
    """
    return f"{_number(low)} to {_number(high)}, mean {_number(mean)}"


def _number(value: float) -> str:
    """Return a number of the table: five digits, without zeros at the end."""
    text = f"{value:{plain_spec(value, 5)}}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def class_words(classes: Sequence[Any], counts: Sequence[int], limit: int = 10) -> str:
    """Return the classes with their rows and fractions."""
    total = sum(counts)
    return some(
        (f"{label}: {n:,} ({n / total:.1%})" for label, n in zip(classes, counts, strict=True)), limit
    )
