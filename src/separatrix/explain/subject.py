"""Subject: the network that is explained, and the names of its inputs, outputs and parameters.

An estimator is a `Model`, one of this package's estimators, or a scikit-learn pipeline that ends in one.
Where probabilities are enough, it may also be an `Ensemble` or any fitted scikit-learn classifier.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.ensemble import AnyModel, Ensemble
from separatrix.errors import DataError, ParameterError, did_you_mean
from separatrix.model import Model
from separatrix.network import HEADS
from separatrix.train.history import History, KeptEpoch
from separatrix.train.recording import Recording

Array = NDArray[Any]


def last_step(estimator: Any) -> Any:
    """Return a pipeline's last step, anything else itself."""
    return estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator


def as_model(estimator: Any) -> Model:
    """Return the network of a model, an estimator or a pipeline that ends in one.

    Raises
    ------
    ParameterError
        If it has no network of this package.

    Examples
    --------
    >>> from separatrix import Network
    >>> model = Model(Network.mlp(2, (), 1), [1.0, 2.0, 0.0])
    >>> as_model(model) is model
    True
    """
    last = last_step(estimator)
    if isinstance(last, Model):
        return last
    if _has_members(last):
        raise ParameterError(
            "estimator",
            f"must be a single network, got {type(last).__name__}; use one of its "
            f"{'models' if isinstance(last, Ensemble) else 'estimators_'}.",
        )
    if not hasattr(last, "to_model"):
        raise ParameterError(
            "estimator",
            "must be a Model, an MLPClassifier or MLPRegressor of separatrix, or a pipeline that ends in "
            f"one, got {type(estimator).__name__}; train one of these.",
        )
    model: Model = last.to_model()
    return model


def model_with_hidden_layers(estimator: Any) -> Model:
    """Return the estimator's network.

    Raises
    ------
    ParameterError
        If it has no hidden layer.
    """
    model = as_model(estimator)
    if len(model.network.layers) < 2:
        raise ParameterError(
            "estimator",
            f"must have a hidden layer, got {model.network}; use DecisionBoundaryDisplay, or set "
            "hidden_layer_sizes.",
        )
    return model


NO_WEIGHT_OF_AN_INPUT = "it needs the weight of each input, and this network has an embedding of them"


def model_without_embedding(estimator: Any) -> Model:
    """Return the estimator's network.

    Raises
    ------
    ParameterError
        If it has an embedding, so that an input has no weight of its own.
    """
    model = as_model(estimator)
    if model.network.embedding is not None:
        raise ParameterError(
            "estimator",
            "must have one weight for each input and unit of the first layer, got a network with a periodic "
            "embedding; train one with embedding=None.",
        )
    return model


def is_network(estimator: Any) -> bool:
    """Return whether the estimator is a network without steps before it."""
    return isinstance(estimator, Model) or (hasattr(estimator, "to_model") and not _has_members(estimator))


def _has_members(estimator: Any) -> bool:
    """Return whether an estimator is an ensemble, which has `to_model` as well but is no network."""
    return isinstance(estimator, Ensemble) or any(
        hasattr(estimator, name) for name in ("estimators", "ensemble_")
    )


def class_labels(estimator: Any) -> Array:
    """Return a classifier's classes, (n_classes,).

    Raises
    ------
    ParameterError
        If it is no classifier, or predicts several labels for each row.
    """
    last = last_step(estimator)
    is_model = isinstance(last, AnyModel)
    classes = last.classes if is_model else getattr(last, "classes_", None)
    if classes is None and not is_model and not hasattr(last, "n_features_in_"):
        raise ParameterError(
            "estimator", f"must be fitted, got {type(last).__name__} that is not; call fit first."
        )
    if classes is None:
        name = "a model" if is_model else type(last).__name__
        raise ParameterError(
            "estimator",
            f"must be a classifier, got {name} that predicts numbers; draw those of one input with "
            "FunctionFitDisplay, and the loss with LossCurveDisplay or LossSurfaceDisplay.",
        )
    network = getattr(last, "network_", None)
    is_multilabel = network is not None and network.head == "multilabel"
    if isinstance(classes, list) or is_multilabel or (is_model and not last.has_one_target):
        raise ParameterError(
            "estimator",
            "must predict one class for each row, got one with several labels; train one for each label.",
        )
    return np.asarray(classes)


def as_recording(estimator: Any) -> Recording:
    """Return the snapshots that an estimator, or the last step of a pipeline, recorded in training.

    Raises
    ------
    DataError
        If nothing was recorded.
    """
    recording = getattr(last_step(estimator), "recording_", None)
    if not isinstance(recording, Recording):
        raise DataError(
            f"the {type(last_step(estimator)).__name__} has no recording of its training; give the "
            "estimator record='auto' and fit it again."
        )
    return recording


def with_parameters(estimator: Any, theta: Array) -> Any:
    """Return an estimator with other parameters: a `Model`, or a pipeline that ends in an estimator."""
    if not hasattr(estimator, "steps"):
        return as_model(estimator).with_theta(theta)
    pipeline = copy.copy(estimator)
    name, last = pipeline.steps[-1]
    other = copy.copy(last)
    other.theta_ = theta
    pipeline.steps = [*pipeline.steps[:-1], (name, other)]
    return pipeline


def at_epoch(estimator: Any, epoch: int) -> Any:
    """Return an estimator as it was after a recorded epoch.

    Parameters
    ----------
    estimator : fitted estimator or pipeline that ends in one
        Fitted with `record`.
    epoch : int
        0 is the untrained network.

    Returns
    -------
    Model, or a copy of the pipeline

    Raises
    ------
    DataError
        If nothing was recorded, or not this epoch.
    """
    check.integer("epoch", epoch, 0)
    recording = as_recording(estimator)
    found = np.flatnonzero(recording.epochs == epoch)
    if not len(found):
        near = np.sort(recording.epochs[np.argsort(np.abs(recording.epochs - epoch), kind="stable")[:3]])
        raise DataError(
            f"epoch {epoch} was not recorded; the nearest that were: {', '.join(map(str, near.tolist()))}. "
            f"Give the estimator record=[{epoch}] to keep it."
        )
    return with_parameters(estimator, recording.thetas[found[0]])


def history_of(estimator: Any) -> History:
    """Return the history of a model's or an estimator's last training.

    Raises
    ------
    DataError
        If it has none.
    """
    last = last_step(estimator)
    if isinstance(last, Model):
        known = (last.training or {}).get("history")
        history = None if known is None else History.from_dict(known)
    else:
        history = getattr(last, "history_", None)
    if not isinstance(history, History):
        raise DataError(f"{type(last).__name__} has no history of a training; fit it, or use from_history.")
    return history


def kept_epoch(estimator: Any) -> KeptEpoch | None:
    """Return the epoch whose parameters were kept; None if they are those of the last epoch.

    Parameters
    ----------
    estimator : Model with a history, fitted estimator, or pipeline that ends in one

    Examples
    --------
    >>> from separatrix import Network
    >>> history = History(loss=np.array([0.9, 0.5, 0.4]), validation_score=np.array([0.5, 0.7, 0.6]))
    >>> training = {"history": history.to_dict(), "stop": {"epoch": 3, "best_epoch": 2}}
    >>> kept_epoch(Model(Network.mlp(2, (), 1), [1.0, 2.0, 3.0], training=training))
    KeptEpoch(epoch=2, index=1, reason='best validation score')
    """
    last = last_step(estimator)
    if isinstance(last, Model):
        stop: Mapping[str, Any] = (last.training or {}).get("stop") or {}
        end, best = stop.get("epoch"), stop.get("best_epoch")
    else:
        end, best = last.stop_.epoch, last.stop_.best_epoch
    if end is None or best is None:
        return None
    return history_of(last).kept_epoch(best, end, scoring=getattr(last, "scoring", None))


def input_names(model: Model) -> list[str]:
    """Return the features' names; "x1", "x2", … if the model has none."""
    named = model.feature_names
    return numbered_names(model.network.n_in) if named is None else list(named)


def numbered_names(n: int) -> list[str]:
    """Return "x1", "x2", … for `n` features without names."""
    return [f"x{j + 1}" for j in range(n)]


def output_names(model: Model) -> list[str]:
    """Return a name for each output: a class's probability, a class or label, or the target.

    Examples
    --------
    >>> from separatrix.network import Network
    >>> output_names(Model(Network.mlp(2, (), 1), [1.0, 2.0, 3.0], classes=["blue", "red"]))
    ['P(red)']
    """
    n_out = model.network.n_out
    if model.classes is not None:
        labels = [str(label) for label in model.classes.tolist()]
        return [f"P({labels[1]})"] if len(labels) == n_out + 1 else labels
    name = model.target_name or "y"
    return [name] if n_out == 1 else [f"{name}{k + 1}" for k in range(n_out)]


def layer_activations(model: Model) -> list[str]:
    """Return the name of each layer's function; the last is the head's."""
    hidden = [layer.activation for layer in model.network.layers[:-1]]
    return [*hidden, HEADS[model.network.head].output_name]


def _frequency_names(model: Model, inputs: Sequence[str] | None) -> list[str]:
    """Return "x1, 0" and so on for each frequency of an embedding."""
    names, embedding = inputs or input_names(model), model.network.embedding
    numbers = range(0 if embedding is None else embedding.n_frequencies)
    return [f"{names[j]}, {number}" for j in model.network.embedded for number in numbers]


def _first_layer_inputs(model: Model, inputs: Sequence[str] | None) -> list[str]:
    """Return the names of what the first layer gets."""
    waves = [f"{wave}({name})" for wave in ("sin", "cos") for name in _frequency_names(model, inputs)]
    return [*waves, *(inputs or input_names(model))]


def parameter_names(model: Model, inputs: Sequence[str] | None = None) -> list[str]:
    """Return a name for each entry of ``theta``.

    Parameters
    ----------
    model : Model
    inputs : sequence of str, optional
        Names of the inputs; by default `input_names`.

    Returns
    -------
    list of str
        With hidden layers as in "layer 0: w[x1, 2]" and "layer 0: b[2]", layers and units counted from 0;
        without, as in "w[x1]" and "b" if there is one output.

    Examples
    --------
    >>> from separatrix.network import Network
    >>> parameter_names(Model(Network.mlp(2, (), 1), [1.0, 2.0, 3.0]))
    ['w[x1]', 'w[x2]', 'b']
    """
    network, names = model.network, [f"frequency[{name}]" for name in _frequency_names(model, inputs)]
    for number, s in enumerate(network.layout):
        layer = f"layer {number}: " if len(network.layers) > 1 else ""
        sources = _first_layer_inputs(model, inputs) if number == 0 else [str(i) for i in range(s.n_in)]
        is_alone = len(network.layers) == 1 and s.n_out == 1
        units = [""] if is_alone else [str(j) for j in range(s.n_out)]
        names += [f"{layer}w[{', '.join(filter(None, (i, j)))}]" for i in sources for j in units]
        if s.bias.stop > s.bias.start:
            names += [f"{layer}b" + (f"[{j}]" if j else "") for j in units]
    return names


def parameter_index(model: Model, parameter: int | str) -> int:
    """Return a parameter's index in ``theta``.

    Parameters
    ----------
    model : Model
    parameter : int or str
        The index itself, or a name as in `parameter_names`, where an input may be given by its number.

    Raises
    ------
    ParameterError
        If there is no such parameter.

    Examples
    --------
    >>> from separatrix.network import Network
    >>> model = Model(Network.mlp(2, (), 1), [1.0, 2.0, 3.0], feature_names=["age", "dose"])
    >>> [parameter_index(model, name) for name in ("w[dose]", "w[1]", 1)]
    [1, 1, 1]
    """
    if not isinstance(parameter, str):
        index = int(parameter)
        if not 0 <= index < model.n_parameters:
            raise ParameterError(
                "parameters", f"must hold indices from 0 to {model.n_parameters - 1}, got {parameter!r}."
            )
        return index
    by_name = parameter_names(model)
    by_number = parameter_names(model, [str(j) for j in range(model.network.n_in)])
    for names in (by_name, by_number):
        if parameter in names:
            return names.index(parameter)
    raise ParameterError(
        "parameters",
        f"must name weights or biases, such as {by_name[0]!r} or {by_name[-1]!r}, got "
        f"{parameter!r}.{did_you_mean(parameter, by_name)}",
    )


def shortened(name: object, length: int = 24) -> str:
    """Return a name of at most `length` characters.

    Examples
    --------
    >>> shortened("a rather long name", 9)
    'a rather…'
    """
    text = str(name)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
