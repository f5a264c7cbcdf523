"""Ensemble: the weighted mean of several trained networks. It needs only NumPy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix import check
from separatrix.blas import one_blas_thread
from separatrix.data.encoded_blocks import encoded_blocks
from separatrix.data.encoder import TableEncoder, encoders_from_dict, encoders_to_dict
from separatrix.data.frames import columns_of
from separatrix.data.schema import AppliedTable
from separatrix.data.sparse_rows import check_sparse
from separatrix.data.table import Table
from separatrix.data.table_check import (
    TableCheck,
    checked_table,
    warn_of_intervals,
    warn_of_table,
    warned_readable_table,
)
from separatrix.decision import Decision, check_decision, decision_of, decision_of_model, decision_values
from separatrix.engine.numpy_engine import layer_outputs
from separatrix.ensemble_parts import checked_models, checked_weights, members_text
from separatrix.errors import DataError, ParameterError
from separatrix.model import Model, task_text
from separatrix.network import Network
from separatrix.residuals import Residuals

Array = NDArray[Any]

_SHARED = ("classes", "target_name")  # parts that all models have in common


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble:
    """Networks for the same rows and the same target, whose predictions are averaged.

    Probabilities of classifiers are averaged, or the numbers of regressors. A mean of probabilities has no
    logits, so there is no `decision_function`. Two ensembles are equal if all parts are, to the last bit.

    Parameters
    ----------
    models : sequence of Model
        One or more, with the same classes and the same inputs; models with an encoder take the same tables,
        which each may encode in its own way. Layers, heads and types may differ.
    weights : array-like of shape (n_models,), optional
        Above 0, such as how often each was chosen; by default all equal.
    temperature : float, default=1
        The logarithms of the mean probabilities are divided by it: above 1 they become less sure. It needs
        classifiers with one class per row.
    decision : Decision, optional
        As in `Model`; it follows the temperature. The models themselves have none.
    residuals : Residuals, optional
        For models of one number: how far they were off on rows that they were not trained on, for
        `predict_interval`.

    Raises
    ------
    ParameterError
        If the models do not fit together, or a weight is not valid.

    Examples
    --------
    >>> net = Network.mlp(1, (), 1, head="regression")
    >>> double, triple = Model(net, [2.0, 0.0]), Model(net, [3.0, 0.0])
    >>> Ensemble([double, triple], [3, 1]).predict([[4.0]])
    array([9.])
    """

    models: Sequence[Model]
    weights: ArrayLike | None = None
    temperature: float = 1.0
    decision: Decision | None = None
    residuals: Residuals | None = None

    def __post_init__(self) -> None:
        """Check that the parts fit together, and convert them to one form."""
        object.__setattr__(self, "models", checked_models(self.models))
        object.__setattr__(self, "weights", checked_weights(self.weights, len(self.models)))
        check.number("temperature", self.temperature, 0.0, open_low=True)
        if self.temperature != 1.0 and not (self.is_classifier and self.has_one_target):
            raise ParameterError(
                "temperature",
                f"must be 1 unless the models predict one class per row, got {self.temperature}.",
            )
        check_decision(self)
        if self.residuals is not None and (self.is_classifier or not self.has_one_target):
            raise ParameterError("residuals", "need models of one number; leave them out.")

    @property
    def fractions(self) -> Array:
        """The fraction of each model in the mean, (n_models,): the weights divided by their sum."""
        weights: Array = np.asarray(self.weights)
        fractions: Array = weights / weights.sum()
        return fractions

    @property
    def is_classifier(self) -> bool:
        """Whether the models predict classes, rather than numbers."""
        return self.models[0].is_classifier

    @property
    def has_one_target(self) -> bool:
        """Whether each row has one class, or one number."""
        return self.models[0].has_one_target

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases of all models."""
        return sum(model.n_parameters for model in self.models)

    @property
    def classes(self) -> Array | None:
        """Labels, as in `Model`."""
        return self.models[0].classes

    @property
    def encoder(self) -> TableEncoder | None:
        """The encoder that turns columns of a table into the networks' inputs."""
        return self.models[0].encoder

    @property
    def feature_names(self) -> Sequence[str] | None:
        """Names of the inputs."""
        return self.models[0].feature_names

    @property
    def target_name(self) -> str | None:
        """Name of the target."""
        return self.models[0].target_name

    @property
    def training(self) -> dict[str, Any] | None:
        """Training metadata that are the same for all models; None if there are none."""
        first, *others = [model.training or {} for model in self.models]
        shared = {
            name: value
            for name, value in first.items()
            if all(name in other and _json(other[name]) == _json(value) for other in others)
        }
        return shared or None

    def inputs(self, X: Any) -> Array:
        """Return rows as the networks' inputs, checked and encoded.

        Parameters
        ----------
        X : array-like, sparse matrix or table
            As in `Model.decision_function`.

        Returns
        -------
        ndarray of shape (n_rows, n_in)
            In the type of the first model's parameters.

        Raises
        ------
        DataError
            As in `Model.decision_function`.
        """
        return self.models[0].inputs(X)

    def predict_proba(self, X: Any) -> Array:
        """Return the mean probability of each class.

        Parameters
        ----------
        X : array-like, sparse matrix or table
            As in `Model.decision_function`.

        Returns
        -------
        float64 ndarray of shape (n_rows, n_classes)
            As in `Model.predict_proba`.

        Raises
        ------
        DataError
            As in `Model.decision_function`.
        ParameterError
            If the models are not classifiers.
        """
        if not self.is_classifier:
            raise ParameterError("predict_proba", "needs classifiers, got models of numbers; use predict.")
        return self(X)

    def predict(self, X: Any) -> Array:
        """Return a label or number for each row.

        Parameters
        ----------
        X : array-like, sparse matrix or table
            As in `Model.decision_function`.

        Returns
        -------
        ndarray of shape (n_rows,) or (n_rows, n_out)
            The class with the highest mean probability (of two equal ones, the first), or the positive of two
            from the threshold of `decision` on; for several labels of a row 1 if the mean is above one half,
            else 0; for regressors the mean number.

        Raises
        ------
        DataError
            As in `Model.decision_function`.
        """
        mean = self(X)
        if self.classes is None:
            return mean
        if not self.has_one_target:
            return (mean > 0.5).astype(np.int64)
        return decision_of_model(self).labels(self.classes, mean)

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        """Return an interval for each row, from the out-of-fold residuals; see `Residuals`.

        Parameters
        ----------
        X : array-like, sparse matrix or table
            As in `Model.decision_function`.
        coverage : float, default=0.9
            The fraction of new rows of the same kind whose number is in its interval.

        Returns
        -------
        ndarray of shape (n_rows, 2)
            Lower and upper end; infinite if there were too few rows for the coverage.

        Raises
        ------
        DataError
            As in `Model.decision_function`.
        ParameterError
            If `coverage` is not between 0 and 1, or the ensemble has no `residuals`.

        Warns
        -----
        TableWarning
            If rows are far from the training: intervals do not hold for them.
        """
        if self.residuals is None:
            raise ParameterError(
                "predict_interval",
                "needs the residuals of a TabularRegressor, and this ensemble has none; fit one and save it.",
            )
        middle = self.predict(X)
        warn_of_intervals(self.encoder, X)
        return self.residuals.intervals(middle, coverage)

    def check_table(self, X: Any) -> TableCheck:
        """Return what the models were not trained on in a table; see `Model.check_table`."""
        return checked_table(self.encoder, X)

    def readable_table(self, X: Any) -> Table:
        """Return a table that can be predicted: what cannot be read in it is missing; see `Model`."""
        return warned_readable_table(self.encoder, X)

    def __call__(self, X: Any) -> Array:
        """Return `predict_proba` of classifiers, else `predict`."""
        columns: Any = columns_of(X)
        if columns is None and self.encoder is not None:
            columns = _columns_of_array(self.encoder, X)
        takes_table = columns is not None and self.encoder is not None
        if columns is not None and self.encoder is not None and self.encoder.schema is not None:
            columns = X if isinstance(X, AppliedTable) else self.encoder.prepare(columns)
            warn_of_table(self.encoder, columns)
        mean = self._mean_of_table(columns or {}) if takes_table else self._mean_of_rows(X)
        for decision in (Decision(self.temperature), self.decision or Decision()):
            mean = decision.probabilities(mean)
        return mean

    def _mean_of_rows(self, X: Any) -> Array:
        rows: dict[Any, Any] = {}  # checked once for each type
        total: Any = 0.0
        for fraction, model in zip(self.fractions.tolist(), self.models, strict=True):
            dtype = model.theta.dtype
            if dtype not in rows:
                rows[dtype] = model.encoded(X)
            total = total + fraction * model(rows[dtype]).astype(np.float64)
        return np.asarray(total)

    def _mean_of_table(self, columns: Mapping[str, Any] | Table) -> Array:
        encoders = {_inputs_key(model): model.encoder for model in self.models}
        kinds = [(encoder, dtype) for (_, dtype), encoder in encoders.items() if encoder is not None]
        parts = []
        with one_blas_thread:  # its products are small: two threads wait for one another
            for block in encoded_blocks(kinds, columns):
                inputs = dict(zip(encoders, block, strict=True))
                total: Any = 0.0
                for group in self._groups:
                    for part in group.parts(inputs[_inputs_key(group.model)]):
                        total = total + part
                parts.append(np.asarray(total))
        return np.concatenate(parts)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: not the parameters put together, which are a second copy."""
        return {name: value for name, value in vars(self).items() if name != "_groups"}

    @cached_property
    def _groups(self) -> list[_Group]:
        """Models of one network and one encoder, which are computed together."""
        groups: dict[Any, list[tuple[Model, float]]] = {}
        for model, fraction in zip(self.models, self.fractions.tolist(), strict=True):
            groups.setdefault((model.network, _inputs_key(model)), []).append((model, fraction))
        return [
            _Group(group[0][0], np.stack([model.theta for model, _ in group]), [share for _, share in group])
            for group in groups.values()
        ]

    @property
    def threshold(self) -> float | None:
        """The probability from which on the positive of two classes is the answer; None is one half."""
        return None if self.decision is None else self.decision.threshold

    def with_threshold(self, threshold: float | None) -> Ensemble:
        """Return the same ensemble with another threshold, as `Model.with_threshold`."""
        return replace(self, decision=replace(decision_of_model(self), threshold=threshold))

    def describe(self) -> dict[str, Any]:
        """Return a summary, as values that JSON can hold."""
        return {
            "n_parameters": self.n_parameters,
            "weights": np.asarray(self.weights).tolist(),
            "models": [model.describe() for model in self.models],
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything except the parameters as values that JSON can hold; common parts once."""
        described = [model.to_dict() for model in self.models]
        shared = self.training or {}
        encoders = list({id(model.encoder): model.encoder for model in self.models}.values())
        numbers = {id(encoder): number for number, encoder in enumerate(encoders)}
        return {
            **{name: described[0][name] for name in _SHARED},
            **encoders_to_dict(encoders),
            "weights": np.asarray(self.weights).tolist(),
            "temperature": self.temperature,
            **decision_values(self.decision),
            **({} if self.residuals is None else {"residuals": self.residuals.to_dict()}),
            "training": self.training,
            "models": [
                {
                    "network": values["network"],
                    "encoder": numbers[id(model.encoder)],
                    "feature_names": values["feature_names"] if model.encoder is None else None,
                    "training": _without(values["training"], shared),
                }
                for values, model in zip(described, self.models, strict=True)
            ],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], thetas: Iterable[ArrayLike]) -> Ensemble:
        """Return the ensemble that `to_dict` described, with the parameters of each model.

        Raises
        ------
        ParameterError, ModelFileError
            If a part is missing or does not fit.
        """
        try:
            parts = list(zip(values["models"], thetas, strict=True))
            # The first files have neither "schemas" nor a "training" of all models.
            encoders = encoders_from_dict(values["encoders"], values.get("schemas", []))
            shared = {name: values[name] for name in _SHARED}
            for own, _ in parts:
                check.integer("encoder", own["encoder"], 0)
            first = Model.from_dict({**shared, **parts[0][0], "encoder": None}, parts[0][1])
            models = [
                replace(
                    first,
                    network=Network.from_dict(own["network"]),
                    theta=np.asarray(theta),
                    encoder=encoders[own["encoder"]],
                    feature_names=own["feature_names"],
                    training=_with(own["training"], values.get("training")),
                )
                for own, theta in parts
            ]
            residuals = values.get("residuals")
            kept = None if residuals is None else Residuals.from_dict(residuals)
            return cls(models, values["weights"], values["temperature"], decision_of(values), kept)
        except (LookupError, TypeError) as error:
            raise ParameterError("ensemble", f"description is not valid: {error!r}.") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ensemble):
            return NotImplemented
        return (
            np.array_equal(np.asarray(self.weights), np.asarray(other.weights))
            and self.temperature == other.temperature
            and self.decision == other.decision
            and self.residuals == other.residuals
            and self.models == other.models
        )

    def __repr__(self) -> str:
        """Return the number of networks and parameters, and what is predicted from how many columns."""
        size = f"{members_text(self.models)}, {self.n_parameters} parameters"
        return f"<Ensemble of {size}{task_text(self)}>"


@dataclass(frozen=True, eq=False)
class _Group:
    """Models that differ in their parameters alone.

    Attributes
    ----------
    model : Model
        One of them.
    thetas : ndarray of shape (n_models, n_parameters)
    fractions : list of float
    """

    model: Model
    thetas: Array
    fractions: list[float]

    def parts(self, inputs: Array) -> Iterator[Array]:
        """Yield what each adds to the mean, float64, for encoded rows."""
        z = layer_outputs(self.model.network, self.thetas, inputs)[-1]
        answer = self.model.answer_of(z.reshape(-1, z.shape[2])).astype(np.float64)
        each = answer.reshape(len(z), -1, *answer.shape[1:])
        return (fraction * one for fraction, one in zip(self.fractions, each, strict=True))


def _inputs_key(model: Model) -> tuple[int, Any]:
    return id(model.encoder), model.theta.dtype


AnyModel = Model | Ensemble  # what a model file may hold


def _columns_of_array(encoder: TableEncoder, X: Any) -> dict[str, Array] | None:
    """Return the columns of an array if an array was trained on, whose columns are x1, x2 and so on."""
    names = [f"x{j + 1}" for j in range(len({*encoder.input_columns, *encoder.dropped}))]
    if encoder.schema is not None or {*encoder.input_columns, *encoder.dropped} != set(names):
        return None
    check_sparse(X)
    rows = X.toarray() if hasattr(X, "toarray") else np.asarray(X)
    if rows.ndim != 2 or rows.shape[1] != len(names):
        raise DataError(
            f"X must have shape (n_rows, {len(names)}), the columns that the models were trained on, got "
            f"{rows.shape}; reshape it, or leave out the other columns."
        )
    return dict(zip(names, rows.T, strict=True))


def _without(training: dict[str, Any] | None, shared: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the training of one model has besides that of all."""
    return training and {name: value for name, value in training.items() if name not in shared}


def _with(training: dict[str, Any] | None, shared: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the training of one model, with that of all."""
    return training if shared is None else {**shared, **(training or {})}


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
