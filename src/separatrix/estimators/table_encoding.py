"""TableEncoding: the table encoder as a step of a scikit-learn pipeline."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from separatrix.data.encoder import TableEncoder
from separatrix.data.schema import Schema
from separatrix.data.schema_learning import learn_schema
from separatrix.data.table import table_from_frame


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
        self, *, max_categories: int = 50, dtype: Any = "float64", schema: Schema | None = None
    ) -> None:
        self.max_categories = max_categories
        self.dtype = dtype
        self.schema = schema

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn how to encode the columns.

        Parameters
        ----------
        X : polars.DataFrame or pandas.DataFrame
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        DataError
            If `X` is no data frame, a number is infinite, or no column can be used.
        ParameterError
            If `max_categories` is below 1.
        """
        table = table_from_frame(X)
        schema = learn_schema(table).require_used() if self.schema is None else self.schema
        columns = schema.apply(table).columns
        self.encoder_ = TableEncoder.fit(columns, max_categories=self.max_categories, schema=schema)
        self.feature_names_in_ = np.array(table.column_names, dtype=object)
        self.n_features_in_ = len(table.columns)
        return self

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

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Return the names of the features, such as ``age (missing)`` and ``town=Bonn``."""
        check_is_fitted(self)
        return np.array(self.encoder_.feature_names_out, dtype=object)
