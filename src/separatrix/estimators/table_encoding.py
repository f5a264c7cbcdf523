"""TableEncoding: the table encoder as a step of a scikit-learn pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from separatrix import check
from separatrix.data.codes import (
    Code,
    LevelCode,
    MissingCode,
    PiecewiseLinearCode,
    QuantileCode,
    RobustCode,
    StandardCode,
)
from separatrix.data.column import Column, is_text, missing_rows
from separatrix.data.encoder import TableEncoder
from separatrix.data.frames import table_from_frame
from separatrix.data.schema import Schema
from separatrix.data.schema_learning import learn_schema
from separatrix.data.target_codes import TargetCode, cross_fitted
from separatrix.errors import ParameterError

CROSS_FIT_PARTS = 5
NUMBER_CODES: dict[str, Any] = {
    "standard": StandardCode,
    "robust": RobustCode,
    "quantile": QuantileCode,
    "piecewise": PiecewiseLinearCode,
}
TEXT_CODES = ("levels", "target")


class TableEncoding(TransformerMixin, BaseEstimator):
    """Encoder of data frames: numbers are standardised, text gets one feature for each level.

    It is the encoding of `separatrix fit` and of `fit_table`, as a step of a pipeline. In cross-validation
    the encoding is then learned on the training rows of each fold only. What the columns are, such as dates
    or identifiers, is decided first: see `separatrix.data.learn_schema`.

    Parameters
    ----------
    max_categories : int, default=50
        Maximum number of levels of a text column with their own feature. The others, the rare ones, have one
        feature together.
    dtype : dtype, default="float64"
        Data type of the features.
    schema : separatrix.data.Schema or None, default=None
        What the columns are, if that has been decided; by default it is decided in `fit`.
    numbers : sequence of {"standard", "robust", "quantile", "piecewise"} or None, default=None
        The codes of numbers, one after the other: standardised; by median and quartiles, softly bounded; as
        quantiles of the normal distribution; as the fraction of each of `n_bins` bins that lies below. A
        feature marks missing values. None standardises.
    text : sequence of {"levels", "target"} or None, default=None
        The codes of text: one feature for each level; what each level says of the target `y`. In
        `fit_transform`, a row is coded by the targets of other rows. None is one feature for each level.
    n_bins : int, default=16
        Bins of "piecewise".
    random_state : int, RandomState instance or None, default=0
        Seed of the five parts whose rows are coded by the targets of the others.

    Attributes
    ----------
    encoder_ : separatrix.data.encoder.TableEncoder
        The fitted encoder.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns.
    n_features_in_ : int
        Number of columns.

    Examples
    --------
    >>> import polars
    >>> from sklearn.pipeline import make_pipeline
    >>> from separatrix import MLPClassifier
    >>> people = polars.DataFrame({"age": [31, None, 52, 60], "town": ["Bonn", "Ulm", "Bonn", "Ulm"]})
    >>> network = MLPClassifier(hidden_layer_sizes=(), solver="lbfgs", random_state=0)
    >>> pipeline = make_pipeline(TableEncoding(), network).fit(people, ["no", "no", "yes", "yes"])
    >>> pipeline[0].get_feature_names_out().tolist()
    ['age', 'age (missing)', 'town=Bonn', 'town=Ulm']
    >>> pipeline.predict(polars.DataFrame({"town": ["Bonn", "Ulm"], "age": [25, 70]})).tolist()
    ['no', 'yes']
    """

    def __init__(
        self,
        *,
        max_categories: int = 50,
        dtype: Any = "float64",
        schema: Schema | None = None,
        numbers: Sequence[str] | None = None,
        text: Sequence[str] | None = None,
        n_bins: int = 16,
        random_state: Any = 0,
    ) -> None:
        self.max_categories = max_categories
        self.dtype = dtype
        self.schema = schema
        self.numbers = numbers
        self.text = text
        self.n_bins = n_bins
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn how to encode the columns.

        Parameters
        ----------
        X : polars.DataFrame or pandas.DataFrame
        y : array-like of shape (n_rows,), optional
            Classes or numbers, which only the code "target" needs.

        Returns
        -------
        self

        Raises
        ------
        DataError
            If `X` is no data frame, a number is infinite, or no column can be used.
        ParameterError
            If `max_categories` or `n_bins` is below 1, or a code is unknown or lacks `y`.
        """
        check.integer("max_categories", self.max_categories, 1)
        check.integer("n_bins", self.n_bins, 1)
        table = table_from_frame(X)
        schema = learn_schema(table).require_used() if self.schema is None else self.schema
        columns = schema.apply(table).columns
        if self.numbers is None and self.text is None:
            self.encoder_ = TableEncoder.fit(columns, max_categories=self.max_categories, schema=schema)
        else:
            codes = [code for name, column in columns.items() for code in self._codes(column, name, y)]
            self.encoder_ = TableEncoder(tuple(codes), schema.dropped, schema)
        self.feature_names_in_ = np.array(table.column_names, dtype=object)
        self.n_features_in_ = len(table.columns)
        return self

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> NDArray[Any]:
        """Learn how to encode the columns, and encode them; see `fit`.

        Features of the code "target" are those of other rows' targets here, so that a model that is trained
        on them learns how much they say of new rows.

        Parameters
        ----------
        X : polars.DataFrame or pandas.DataFrame
        y : array-like of shape (n_rows,), optional

        Returns
        -------
        ndarray of shape (n_rows, n_features_out)
        """
        encoder = self.fit(X, y, **fit_params).encoder_
        table = encoder.prepare(table_from_frame(X).columns)
        features = encoder.transform(table_from_frame(X).columns, self.dtype)
        part = check_random_state(self.random_state).permutation(len(features)) % CROSS_FIT_PARTS
        start = 0
        for code in encoder.columns:
            stop = start + len(code.feature_names)
            if isinstance(code, TargetCode):
                indices = LevelCode(code.name, code.levels).codes(table.columns[code.name])
                features[:, start:stop] = cross_fitted(indices, len(code.levels), _targets(y), part)
            start = stop
        return features

    def transform(self, X: Any) -> NDArray[Any]:
        """Encode a data frame; its columns are matched by name.

        Parameters
        ----------
        X : polars.DataFrame or pandas.DataFrame

        Returns
        -------
        ndarray of shape (n_rows, n_features_out)

        Raises
        ------
        DataError
            If a column is missing, or a numeric one holds text.
        """
        check_is_fitted(self)
        return self.encoder_.transform(table_from_frame(X).columns, self.dtype)

    def _codes(self, column: Column, name: str, y: Any) -> Iterator[Code | TargetCode]:
        """Yield the codes of one column; none if it has no value, or all its values are equal."""
        if missing_rows(column).all():
            return
        if is_text(column):
            levels = LevelCode.fit(column, name, self.max_categories)
            for kind in ("levels",) if self.text is None else self.text:
                check.choice("text", kind, TEXT_CODES)
                if kind == "levels":
                    yield levels
                    continue
                if y is None:
                    raise ParameterError("text", 'includes "target", which needs y; give it to fit.')
                yield TargetCode.fit(name, levels.levels, levels.codes(column), _targets(y))
            return
        for kind in ("standard",) if self.numbers is None else self.numbers:
            check.choice("numbers", kind, NUMBER_CODES)
            code = (
                PiecewiseLinearCode.fit(column, name, self.n_bins)
                if kind == "piecewise"
                else NUMBER_CODES[kind].fit(column, name)
            )
            if code is not None:
                yield code
        if missing_rows(column).any():
            yield MissingCode(name)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Return the names of the features, such as ``age (missing)`` and ``town=Bonn``."""
        check_is_fitted(self)
        return np.array(self.encoder_.feature_names_out, dtype=object)


def _targets(y: Any) -> NDArray[Any]:
    """Return what a level may say of the target: indicators of classes, or standardised numbers."""
    values = np.asarray(y)
    if type_of_target(values, input_name="y") == "continuous":
        numbers = values.astype(np.float64)[:, np.newaxis]
        return np.asarray((numbers - numbers.mean()) / (numbers.std() or 1.0))
    classes, indices = np.unique(values, return_inverse=True)
    return np.eye(max(2, len(classes)))[indices]
