"""Scored: the method `score` of estimators of tables, which reads targets as the training has read them."""

from __future__ import annotations

from typing import Any, cast

from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from separatrix.data.column import as_numbers
from separatrix.data.column_values import as_column
from separatrix.data.labels import Labels
from separatrix.data.schema import Schema


class Scored:
    """An estimator whose `score` takes the targets of a table as they are written; before scikit-learn's."""

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy of the classes, or R² of the numbers, that are predicted.

        Parameters
        ----------
        X : array-like, data frame or Table of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            True labels or numbers. After `fit_table` they are read as the training has read its target, such
            as ``"Yes"`` and ``"yes"`` as one class.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        float

        Raises
        ------
        DataError
            After `fit_table`, if a target is missing, or a label is none of the classes.
        """
        check_is_fitted(self)
        schema: Schema | None = cast("Any", self)._target_schema  # what the columns of `fit_table` were
        if schema is not None and schema.target is not None and schema.target.reader is not None:
            name = schema.target.name
            column = schema.read_target(as_column(y, name))
            labels = Labels(cast("Any", self).classes_) if is_classifier(self) else None
            y = as_numbers(column, name) if labels is None else labels.match(column, name)
        value: float = super().score(X, y, sample_weight)  # type: ignore[misc]
        return value
