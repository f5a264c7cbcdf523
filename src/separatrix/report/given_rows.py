"""Given rows: those that judge a model and those that baselines are fitted on, and what to say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import _safe_indexing

from separatrix.data.look import rows_in_both
from separatrix.data.schema import AppliedTable
from separatrix.data.table import Table
from separatrix.data.target_rows import left_out_text, rows_with_target
from separatrix.explain.tables import schema_of
from separatrix.report.subject import Subject
from separatrix.text import plural

Array = NDArray[Any]


def judged_rows(model: Any, X: Any, y: Any, name: str) -> tuple[Any, Any, tuple[str, ...]]:
    """Return the rows that have a target, their targets, and how many have none, as a sentence.

    Parameters
    ----------
    model : Model, Ensemble or fitted estimator
    X : rows
        A data frame, a mapping, a Table or an array.
    y : array-like of shape (n_rows,)
        Labels or numbers; where one is missing, the row cannot be judged.
    name : str
        Name of the target.

    Examples
    --------
    >>> X, y, notes = judged_rows(None, np.array([[1.0], [2.0]]), ["yes", None], "member")
    >>> X.tolist(), list(y), notes
    ([[1.0]], ['yes'], ("1 of 2 rows has no 'member', cannot be judged, and is left out.",))
    """
    n_rows, number = len(y), f"{name} (row)"
    targets = Table({name: y, number: np.arange(n_rows)})
    known, n_left_out = rows_with_target(targets, name, schema_of(model))
    if not n_left_out:
        return X, y, ()
    return _taken(X, known[number]), known[name], (left_out_text(n_left_out, n_rows, name),)


def _taken(X: Any, rows: Array) -> Any:
    """Return some rows in the container that they are in."""
    if isinstance(X, Table):
        return X.take(rows)
    if isinstance(X, Mapping):
        return {name: np.asarray(cells)[rows] for name, cells in X.items()}
    return _safe_indexing(X, rows)


def n_shared_rows(subject: Subject, training: Subject, X: Any, X_train: Any) -> int:
    """Return how many rows that judge have the same cells, and the same target, as a training row.

    Of tables all cells count that both have, also those that the model does not read. Rows that a fit has
    held out itself are none of its training rows.
    """
    if isinstance(X, AppliedTable):
        return 0
    are_tables = isinstance(X, Table) and isinstance(X_train, Table)
    one, other = (X, X_train) if are_tables else (subject.table, training.table)
    name = "y"
    while name in one.columns or name in other.columns:
        name += "_"
    test, train = (
        Table({**table.columns, name: part.y}) for table, part in ((one, subject), (other, training))
    )
    return int(rows_in_both(test, train, schema_of(subject.model)).sum())


def trained_rows(model: Any) -> int | None:
    """Return the number of rows that a model was trained on, if it says so."""
    number = (getattr(model, "training", None) or {}).get("n_rows")
    return None if number is None else int(number)


def rows_notes(n_rows: int, n_train: int, n_trained: int | None, n_shared: int) -> tuple[str, ...]:
    """Return sentences on rows that are in both tables, and on a model that has seen others than baselines.

    Parameters
    ----------
    n_rows, n_train : int
        Rows that judge, and rows that the baselines are fitted on.
    n_trained : int or None
        Rows that the model says it was trained on.
    n_shared : int
        Rows that judge, and are among the training rows, too.

    Examples
    --------
    >>> for sentence in rows_notes(50, 100, 80, 50):
    ...     print(sentence)
    50 of 50 rows that judge have the same cells as a training row: if they are the same, the model and the \
baselines have seen them, and all scores look too good.
    The baselines are fitted on 100 rows, and the model on 80.
    """
    notes = []
    if n_shared:
        have, them, are = ("has", "it is", "it") if n_shared == 1 else ("have", "they are", "them")
        notes.append(
            f"{n_shared:,} of {plural(n_rows, 'row')} that judge {have} the same cells as a training row: if "
            f"{them} the same, the model and the baselines have seen {are}, and all scores look too good."
        )
    if n_trained is not None and n_trained != n_train:
        notes.append(f"The baselines are fitted on {plural(n_train, 'row')}, and the model on {n_trained:,}.")
    return tuple(notes)
