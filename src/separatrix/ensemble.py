"""Ensemble: the weighted mean of several trained networks. It needs only NumPy."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from reprlib import repr as shortened
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from separatrix.data.encoder import TableEncoder
from separatrix.errors import ParameterError
from separatrix.model import Model
from separatrix.network import Network

Array = NDArray[Any]

_OWN = ("network", "training")  # parts that differ between the models, besides their parameters


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble:
    """Networks for the same rows and the same target, whose predictions are averaged.

    Probabilities of classifiers are averaged, or the numbers of regressors. A mean of probabilities has no
    logits, so there is no `decision_function`. Two ensembles are equal if all parts are, to the last bit.

    Parameters
    ----------
    models : sequence of Model
        One or more, with the same inputs, encoder, names and classes. Layers, heads and types may differ.
    weights : array-like of shape (n_models,), optional
        Above 0, such as how often each was chosen; by default all equal.

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

    def __post_init__(self) -> None:
        """Check that the parts fit together, and convert them to one form."""
        object.__setattr__(self, "models", _checked_models(self.models))
        object.__setattr__(self, "weights", _checked_weights(self.weights, len(self.models)))

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
            The class with the highest mean probability (of two equal ones, the first); for several labels of
            a row 1 if the mean is above one half, else 0; for regressors the mean number.

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
        labels: Array = self.classes[mean.argmax(axis=1)]
        return labels

    def __call__(self, X: Any) -> Array:
        """Return `predict_proba` of classifiers, else `predict`."""
        rows: dict[Any, Any] = {}  # by type: a table is encoded once for all models of a type
        total: Any = 0.0
        for fraction, model in zip(self.fractions.tolist(), self.models, strict=True):
            dtype = model.theta.dtype
            if dtype not in rows:
                rows[dtype] = model.encoded(X)
            total = total + fraction * model(rows[dtype]).astype(np.float64)
        return np.asarray(total)

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
        return {
            **{name: value for name, value in described[0].items() if name not in _OWN},
            "weights": np.asarray(self.weights).tolist(),
            "models": [{name: values[name] for name in _OWN} for values in described],
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
            entries = [{name: entry[name] for name in _OWN} for entry in values["models"]]
            parts = list(zip(entries, thetas, strict=True))
            first = Model.from_dict({**values, **entries[0]}, parts[0][1])
            # The others are made from the first and have its encoder, which is read once.
            models = [
                replace(
                    first,
                    network=Network.from_dict(own["network"]),
                    theta=np.asarray(theta),
                    training=own["training"],
                )
                for own, theta in parts
            ]
            return cls(models, values["weights"])
        except (LookupError, TypeError) as error:
            raise ParameterError("ensemble", f"description is not valid: {error!r}.") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ensemble):
            return NotImplemented
        return (
            np.array_equal(np.asarray(self.weights), np.asarray(other.weights))
            and self.models == other.models
        )

    def __repr__(self) -> str:
        """Return the number of networks and of their parameters."""
        return f"<Ensemble of {len(self.models)} networks, {self.n_parameters} parameters>"


AnyModel = Model | Ensemble  # what a model file may hold


def _checked_models(models: Any) -> tuple[Model, ...]:
    if not isinstance(models, Sequence) or not models or not all(isinstance(m, Model) for m in models):
        raise ParameterError("models", f"must be one or more of the type Model, got {shortened(models)}.")
    expected = _common_parts(models[0])
    for number, model in enumerate(models[1:], 2):
        for name, part in _common_parts(model).items():
            if part != expected[name]:
                raise ParameterError(
                    "models",
                    f"must have the same {name}, got {shortened(expected[name])} in the first and "
                    f"{shortened(part)} in number {number}; combine models trained on the same table.",
                )
    return tuple(models)


def _common_parts(model: Model) -> dict[str, Any]:
    """Return the parts that all models of an ensemble must have in common."""
    classes = model.classes
    return {
        "number of inputs": model.network.n_in,
        "kind of answer": "class" if model.is_classifier else "number",
        "number of targets": 1 if model.has_one_target else model.network.n_out,
        "classes": None if classes is None else (classes.dtype.name, classes.tolist()),
        "encoder": model.encoder,
        "feature_names": model.feature_names,
        "target_name": model.target_name,
    }


def _checked_weights(weights: ArrayLike | None, n_models: int) -> Array:
    try:
        array = np.array(np.ones(n_models) if weights is None else weights, np.float64)
        valid = array.shape == (n_models,) and bool((array > 0).all()) and isfinite(sum(array.tolist()))
    except (TypeError, ValueError, OverflowError):
        valid = False
    if not valid:
        raise ParameterError(
            "weights",
            f"must be {n_models} finite numbers above 0, one for each model, got {shortened(weights)}.",
        )
    array.flags.writeable = False
    return array


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
