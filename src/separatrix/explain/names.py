"""Names: what pictures call a model's inputs, outputs and single parameters."""

from __future__ import annotations

from collections.abc import Sequence

from separatrix.errors import ParameterError, did_you_mean
from separatrix.model import Model

_OUT_ACTIVATIONS = {"regression": "identity", "poisson": "exp", "multiclass": "softmax"}


def input_names(model: Model) -> list[str]:
    """Return the features' names; "x1", "x2", … where the model has none."""
    named = model.feature_names
    return list(named) if named is not None else [f"x{j + 1}" for j in range(model.network.n_in)]


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
    return [*hidden, _OUT_ACTIVATIONS.get(model.network.head, "logistic")]


def parameter_names(model: Model, inputs: Sequence[str] | None = None) -> list[str]:
    """Return a name for each entry of ``theta``.

    Parameters
    ----------
    model : Model
    inputs : sequence of str, optional
        What the inputs are called; by default `input_names`.

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
    network, names = model.network, []
    for number, s in enumerate(network.layout):
        layer = f"layer {number}: " if len(network.layers) > 1 else ""
        sources = (inputs or input_names(model)) if number == 0 else [str(i) for i in range(s.n_in)]
        is_alone = len(network.layers) == 1 and s.n_out == 1
        units = [""] if is_alone else [str(j) for j in range(s.n_out)]
        names += [f"{layer}w[{', '.join(filter(None, (i, j)))}]" for i in sources for j in units]
        if s.bias.stop > s.bias.start:
            names += [f"{layer}b" + (f"[{j}]" if j else "") for j in units]
    return names


def parameter_index(model: Model, parameter: int | str) -> int:
    """Return the place in ``theta`` of a parameter given by name, with its input by name or number, or place.

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
        place = int(parameter)
        if not 0 <= place < model.n_parameters:
            raise ParameterError(
                f"parameters must hold places from 0 to {model.n_parameters - 1}, got {parameter!r}."
            )
        return place
    by_name = parameter_names(model)
    by_number = parameter_names(model, [str(j) for j in range(model.network.n_in)])
    for names in (by_name, by_number):
        if parameter in names:
            return names.index(parameter)
    raise ParameterError(
        f"parameters must name weights or biases, such as {by_name[0]!r} or {by_name[-1]!r}, got "
        f"{parameter!r}.{did_you_mean(parameter, by_name)}"
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
