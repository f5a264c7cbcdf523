"""Fitted networks: what `MLPClassifier` and `MLPRegressor` do with a network once there is one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import estimator_html_repr
from sklearn.utils.validation import check_is_fitted, validate_data

from separatrix.blas import one_blas_thread
from separatrix.data.sparse_rows import check_sparse
from separatrix.engine.numpy_engine import forward
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.plain_arrays import fits_fitted, is_plain_matrix
from separatrix.estimators.settings import uses_lbfgs
from separatrix.estimators.to_model import to_model
from separatrix.explain.diagram import network_html
from separatrix.explain.subject import at_epoch
from separatrix.model import Model
from separatrix.network import HEADS, Head, Network, Optimizer
from separatrix.train import History, Stop

Array = NDArray[Any]

ONE_THREAD_NUMBERS = 2**13
"""Rows times parameters of which OpenBLAS computes a product with one thread."""


class ParameterViews(list[Array]):
    """Views of ``theta_``, one for each layer; assigning an item writes into ``theta_``."""

    def __setitem__(self, index: Any, value: Any) -> None:
        """Write a layer's values; they must have its shape."""
        self[index][...] = value


class FittedNetwork(ABC):
    """The parameters of a fitted network, its logits, and the model that it becomes."""

    solver: str | Optimizer
    feature_names_in_: Array
    history_: History
    learning_rate_init_: float
    n_features_in_: int
    n_iter_: int
    network_: Network
    stop_: Stop
    theta_: Array

    @property
    def coefs_(self) -> list[Array]:
        """Weights of each layer, (n_in, n_out): views of `theta_`."""
        return ParameterViews(self.network_.split(self.theta_)[0])

    @coefs_.setter
    def coefs_(self, coefs: Iterable[Array]) -> None:
        self.theta_[:] = self.network_.join(list(coefs), self.intercepts_, self._frequencies)

    @property
    def intercepts_(self) -> list[Array]:
        """Biases of each layer, (n_out,), or (0,) without `fit_intercept`: views of `theta_`."""
        return ParameterViews(self.network_.split(self.theta_)[1])

    @intercepts_.setter
    def intercepts_(self, intercepts: Iterable[Array]) -> None:
        self.theta_[:] = self.network_.join(self.coefs_, list(intercepts), self._frequencies)

    @property
    def _frequencies(self) -> Array:
        return self.theta_[self.network_.frequencies]

    @property
    def _head(self) -> Head:
        return HEADS[self.network_.head]

    def _logits(self, X: Any) -> Array:
        is_fitted = "theta_" in vars(self)
        if not (is_fitted and is_plain_matrix(X, self.theta_.dtype) and fits_fitted(self, X)):
            check_is_fitted(self)
            check_sparse(X)
            X = validate_data(
                self,
                self._network_inputs(X),
                accept_sparse="csr",
                dtype=self.theta_.dtype,
                order="C",
                reset=False,
            )
        # More threads may round otherwise. BLAS gives a few numbers to one anyway, and a limit takes time.
        is_small = X.shape[0] * len(self.theta_) <= ONE_THREAD_NUMBERS
        with nullcontext() if is_small else one_blas_thread:
            return forward(self.network_, self.theta_, X)

    def to_model(self) -> Model:
        """Return the network as a frozen `separatrix.Model`, to save and to use without scikit-learn.

        Returns
        -------
        Model
            With classes, feature names, and the stop and the history of the training.

        Raises
        ------
        DataError
            If the estimator was fitted on a single class.
        """
        check_is_fitted(self)
        classes = getattr(self, "classes_", None)
        if classes is not None and len(classes) == 1 and self.network_.head != "multilabel":
            raise DataError(
                "y must have at least two classes for a model, and the estimator was fitted on "
                f"{classes.tolist()} only; fit it on rows of another class, too."
            )
        training: dict[str, Any] = {"estimator": type(self).__name__, "n_iter": self.n_iter_}
        if "learning_rate_init_" in vars(self) and not uses_lbfgs(self.solver):
            training["learning_rate_init"] = self.learning_rate_init_
        if hasattr(self, "stop_"):
            training |= {"stop": self.stop_.to_dict(), "history": self.history_.to_dict()}
        names = getattr(self, "feature_names_in_", None)
        return Model(
            self.network_,
            self.theta_,
            classes=classes,
            feature_names=None if names is None else names.tolist(),
            **self._table_parts(training),
        )

    def at_epoch(self, epoch: int) -> Model:
        """Return the network of a recorded epoch.

        Parameters
        ----------
        epoch : int
            0 is the untrained network.

        Returns
        -------
        Model

        Raises
        ------
        DataError
            If nothing was recorded, or not this epoch; fit with `record`.
        """
        check_is_fitted(self)
        network: Model = at_epoch(self, epoch)
        return network

    def model_of_pipeline(self, pipeline: Any) -> Model:
        """Return the model of a pipeline that ends in this estimator; see `separatrix.to_model`."""
        model = to_model(pipeline)
        assert isinstance(model, Model)
        return model

    @classmethod
    def from_model(cls, model: Model) -> Self:
        """Return a fitted estimator with the network of a model.

        Parameters
        ----------
        model : Model
            It has no encoder: the estimator takes the inputs of the network.

        Returns
        -------
        MLPClassifier or MLPRegressor
            Its predictions are those of the model. `partial_fit` and a warm start train it further.

        Raises
        ------
        ParameterError
            If the model has an encoder, or predicts classes for a regressor or numbers for a classifier.
        """
        if model.encoder is not None:
            raise ParameterError(
                "model", "must have no encoder, got one; use the model itself, which takes tables."
            )
        network = model.network
        hidden = network.layers[:-1]
        parameters: dict[str, Any] = {
            "hidden_layer_sizes": tuple(layer.units for layer in hidden),
            "activation": [layer.activation for layer in hidden],
            "dropout": [layer.dropout for layer in hidden],
            "fit_intercept": all(layer.use_bias for layer in network.layers),
            "embedding": network.embedding,
        }
        estimator = cls(**parameters)
        estimator._take_over(model)
        estimator._set_network(network, model.theta.copy())
        estimator.n_features_in_ = network.n_in
        if model.feature_names is not None:
            estimator.feature_names_in_ = np.array(model.feature_names, dtype=object)
        return estimator

    def _html_repr(self) -> str:
        """Return scikit-learn's HTML for notebooks, with the trained network and its diagnosis beside it.

        A network with an embedding has no diagram: its inputs have no weight of their own.
        """
        html: str = estimator_html_repr(self)
        if not hasattr(self, "theta_"):
            return html
        diagram = network_html(self) if self.network_.embedding is None else ""
        row = "display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start"
        return f'<div style="{row}"><div>{html}</div>{diagram}{self._diagnosis_html()}</div>'

    def _diagnosis_html(self) -> str:
        """Return what the training shows; empty if there is nothing to say, or no diagnosis."""
        diagnosis = getattr(self, "diagnosis_", None)
        if diagnosis is None or not diagnosis.findings:
            return ""
        style = "font:12px sans-serif;max-width:34em;text-align:left"
        return f'<div style="{style}">The training shows:{diagnosis._repr_html_()}</div>'

    @abstractmethod
    def _take_over(self, model: Model) -> None:
        """Set the loss and the classes of a model; raise an error if it has the wrong task."""

    @abstractmethod
    def _set_network(self, network: Network, theta: Array) -> None:
        """Set a network that has not been trained yet, and reset all fitted attributes."""

    @abstractmethod
    def _network_inputs(self, X: Any) -> Any:
        """Return a table as the network takes it; anything else as it is."""

    @abstractmethod
    def _table_parts(self, training: dict[str, Any]) -> dict[str, Any]:
        """Return what a model of a table has besides the network."""
