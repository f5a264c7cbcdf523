"""Conversion of fitted estimators and pipelines into models, which need no scikit-learn."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted

from separatrix import __version__
from separatrix.ensemble import AnyModel
from separatrix.errors import ParameterError
from separatrix.estimators.table_encoding import TableEncoding
from separatrix.model import Model

Array = NDArray[Any]
Scaling = tuple[Array | float, Array | float]  # factor and shift, for each feature or for all


def to_model(estimator: Any) -> AnyModel:
    """Return the network of a fitted estimator as a model, to save and to use without scikit-learn.

    A pipeline may begin with a `TableEncoding`: the model then takes tables. It may scale the features before
    the network, with `StandardScaler`, `MinMaxScaler`, `MaxAbsScaler` or `RobustScaler`. The scaling is
    folded into the weights and biases of the first layer, so that the model takes unscaled features. Its
    parameters are then float64, for the precision of large numbers.

    Parameters
    ----------
    estimator : fitted estimator of this package, or Pipeline that ends in one

    Returns
    -------
    Model or Ensemble
        Its predictions are those of the estimator, up to rounding.

    Raises
    ------
    ParameterError
        If the estimator has no network, or a step of the pipeline cannot be folded into it.
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from separatrix import MLPRegressor
    >>> X = np.array([[1000.0], [2000.0], [3000.0]])
    >>> line = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", random_state=0)
    >>> model = to_model(make_pipeline(StandardScaler(), line).fit(X, [1.0, 2.0, 3.0]))
    >>> model.predict(X).round(2)
    array([1., 2., 3.])
    """
    if isinstance(estimator, Pipeline):
        check_is_fitted(estimator)
        return _with_steps(estimator, to_model(estimator.steps[-1][1]))
    if not hasattr(estimator, "to_model"):
        raise ParameterError(
            "estimator",
            "must be an MLPClassifier or MLPRegressor of separatrix, an ensemble of these or a pipeline that "
            f"ends in one, got {type(estimator).__name__}; train one of these.",
        )
    model: AnyModel = estimator.to_model()
    return model


def _with_steps(pipeline: Pipeline, model: AnyModel) -> AnyModel:
    """Return the model with the first steps of a pipeline folded into it, beginning with the last of them."""
    steps = [(name, step) for name, step in pipeline.steps if step is not None and step != "passthrough"]
    if len(steps) > 1 and model.encoder is not None:
        raise ParameterError(
            f"step '{steps[0][0]}'",
            f"comes before {type(steps[-1][1]).__name__}, which encodes the columns itself, so the "
            "pipeline cannot be saved in a model file; leave the step out.",
        )
    encoding = steps[0][1] if isinstance(steps[0][1], TableEncoding) else None
    for name, step in reversed(steps[0 if encoding is None else 1 : -1]):
        if type(step) not in _SCALERS or getattr(step, "clip", False):
            kind = type(step).__name__
            if type(step) in _SCALERS:
                kind += " with clip=True"
            raise ParameterError(
                f"step '{name}'",
                f"({kind}) cannot be saved in a model file, because only a scaler can be folded into the "
                "network; save the whole pipeline with joblib or skops, or train with fit_table of "
                "MLPClassifier or MLPRegressor, whose model encodes tables itself.",
            )
        model = _map_models(model, partial(_folded, name=name, scaling=_SCALERS[type(step)](step)))
    if encoding is not None:
        return _map_models(model, partial(replace, encoder=encoding.encoder_, feature_names=None))
    # The names of the inputs of the first step: its outputs may have other names, or none.
    names = getattr(steps[0][1], "feature_names_in_", None)
    return _map_models(model, partial(replace, feature_names=None if names is None else names.tolist()))


def _map_models(model: AnyModel, change: Callable[[Model], Model]) -> AnyModel:
    if isinstance(model, Model):
        return change(model)
    return replace(model, models=[change(one) for one in model.models])


def _folded(model: Model, *, name: str, scaling: Scaling) -> Model:
    """Return the model of `x` for a model of ``factor * x + shift``."""
    factor, shift = (np.broadcast_to(part, model.network.n_in) for part in scaling)
    network = model.network
    weights = [array.astype(np.float64) for array in model.coefs]
    biases = [array.astype(np.float64) for array in model.intercepts]
    frequencies = model.theta[network.frequencies].astype(np.float64)
    sines, w = weights[0][: network.n_embedded], weights[0][network.n_embedded :]
    if shift.any():
        if not model.network.layers[0].use_bias:
            raise ParameterError(
                f"step '{name}'",
                "shifts the features, which cannot be folded into a network without biases; set "
                "fit_intercept=True, or scale without centring.",
            )
        biases[0] += shift @ w
    w *= factor[:, np.newaxis]
    if network.embedding is not None:
        columns, n_frequencies = list(network.embedded), network.embedding.n_frequencies
        turned = 2 * np.pi * frequencies * np.repeat(shift[columns], n_frequencies)
        _turn(sines, turned[:, np.newaxis])
        frequencies *= np.repeat(factor[columns], n_frequencies)
    return replace(model, theta=network.join(weights, biases, frequencies))


def _turn(weights: Array, angle: Array) -> None:
    """Change the weights of the sines and cosines of ``t + angle`` to those of ``t``."""
    of_sine, of_cosine = np.vsplit(weights.copy(), 2)
    weights[: len(angle)] = of_sine * np.cos(angle) - of_cosine * np.sin(angle)
    weights[len(angle) :] = of_sine * np.sin(angle) + of_cosine * np.cos(angle)


# Factor and shift of each scaler, which returns factor * x + shift.


def _standard(scaler: StandardScaler) -> Scaling:
    return _centred(scaler.mean_ if scaler.with_mean else 0.0, scaler.scale_ if scaler.with_std else 1.0)


def _robust(scaler: RobustScaler) -> Scaling:
    return _centred(
        scaler.center_ if scaler.with_centering else 0.0, scaler.scale_ if scaler.with_scaling else 1.0
    )


def _centred(center: Array | float, scale: Array | float) -> Scaling:
    return 1.0 / scale, -center / scale


_SCALERS: dict[type, Callable[[Any], Scaling]] = {
    StandardScaler: _standard,
    RobustScaler: _robust,
    MinMaxScaler: lambda scaler: (scaler.scale_, scaler.min_),
    MaxAbsScaler: lambda scaler: (1.0 / scaler.scale_, 0.0),
}


def library_versions() -> dict[str, str]:
    """Return the versions of Separatrix, Python and the numerical libraries, which a model file keeps."""
    packages = {name: version(name) for name in ("numpy", "scipy", "scikit-learn")}
    return {"separatrix": __version__, "python": platform.python_version(), **packages}
