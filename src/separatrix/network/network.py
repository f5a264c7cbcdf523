"""Network: its layers and head, as a frozen value without weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import ParameterError
from separatrix.network.activations import ACTIVATIONS
from separatrix.network.embedding import PeriodicEmbedding
from separatrix.network.heads import HEADS
from separatrix.text import plural

Array = NDArray[Any]


@dataclass(frozen=True)
class Dense:
    """A fully connected layer, ``a = g(x W + b)``.

    Parameters
    ----------
    units : int
        Number of outputs, at least 1.
    activation : str, default="identity"
        A name of `separatrix.network.activations.ACTIVATIONS`.
    use_bias : bool, default=True
        Whether there is a ``b``.
    dropout : float, default=0.0
        Probability with which each output is set to zero in a training step, in [0, 1).

    Examples
    --------
    >>> Dense(4, "tanh").units
    4
    """

    units: int
    activation: str = "identity"
    use_bias: bool = True
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check.integer("units", self.units, 1)
        check.choice("activation", self.activation, ACTIVATIONS)
        check.boolean("use_bias", self.use_bias)
        check.number("dropout", self.dropout, 0.0, 1.0, open_high=True)


LAYER_KINDS: dict[str, type[Dense]] = {"dense": Dense}


@dataclass(frozen=True)
class LayerSlice:
    """Where one layer's parameters are in ``theta``: W (n_in x n_out, C order), then b."""

    n_in: int
    n_out: int
    weight: slice
    bias: slice


@dataclass(frozen=True)
class Network:
    """Layers and head: everything that defines the function except the values of its parameters.

    Parameters
    ----------
    n_in : int
        Number of input features.
    layers : tuple of Dense
        The hidden layers, then the output layer. The output layer's activation is `identity`: the head
        turns its logits into probabilities or numbers.
    head : {"binary", "multiclass", "multilabel", "regression", "quadratic", "poisson"}
        Output function and loss: a name of `separatrix.network.heads.HEADS`.
    embedding : PeriodicEmbedding, optional
        Trained sines and cosines of inputs. The first layer gets them before the inputs themselves, and their
        frequencies are the first parameters.

    Examples
    --------
    >>> net = Network.mlp(2, (4,), 1, activation="logistic", head="binary")
    >>> net.n_parameters
    17
    >>> str(net)
    '2-4-1'
    """

    n_in: int
    layers: tuple[Dense, ...]
    head: str
    embedding: PeriodicEmbedding | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))  # engines keep tables by network: it is hashed
        check.integer("n_in", self.n_in, 1)
        if self.embedding is not None:
            if not isinstance(self.embedding, PeriodicEmbedding):
                raise ParameterError(
                    "embedding",
                    f"must be a PeriodicEmbedding or None, got {self.embedding!r}; pass one.",
                )
            self.embedding.of_inputs(self.n_in)
        check.choice("head", self.head, HEADS)
        if not self.layers:
            raise ParameterError("layers", "must hold at least the output layer, got an empty tuple.")
        last = self.layers[-1]
        if last.activation != "identity" or last.dropout:
            raise ParameterError(
                "layers",
                f"must end in a layer with activation 'identity' and no dropout, since the head "
                f"{self.head!r} follows it, got {last!r}.",
            )
        if self.head == "binary" and last.units != 1:
            raise ParameterError("head", f"'binary' needs 1 output unit, got {last.units}; use 'multiclass'.")
        if self.head == "multiclass" and last.units < 2:
            raise ParameterError("head", f"'multiclass' needs at least 2 output units, got {last.units}.")

    @classmethod
    def mlp(
        cls,
        n_in: int,
        hidden_layer_sizes: Sequence[int],
        n_out: int,
        *,
        activation: str | Sequence[str] = "relu",
        head: str = "binary",
        fit_intercept: bool = True,
        dropout: float | Sequence[float] = 0.0,
        embedding: PeriodicEmbedding | None = None,
    ) -> Network:
        """Return a multilayer perceptron.

        Parameters
        ----------
        n_in : int
        hidden_layer_sizes : sequence of int
            May be empty: then the network is a linear model.
        n_out : int
        activation : str or sequence of str
            One for all hidden layers, or one for each.
        head : str
        fit_intercept : bool
            Whether the layers have biases.
        dropout : float or sequence of float
            One for all hidden layers, or one for each.
        embedding : PeriodicEmbedding or None
        """
        n_hidden = len(hidden_layer_sizes)
        activations = _one_each("activation", activation, n_hidden)
        dropouts = _one_each("dropout", dropout, n_hidden)
        hidden = [
            Dense(units, g, fit_intercept, p)
            for units, g, p in zip(hidden_layer_sizes, activations, dropouts, strict=True)
        ]
        return cls(n_in, (*hidden, Dense(n_out, "identity", fit_intercept)), head, embedding)

    @property
    def n_out(self) -> int:
        """Number of output units."""
        return self.layers[-1].units

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of every layer, the inputs first."""
        return (self.n_in, *(layer.units for layer in self.layers))

    @property
    def n_parameters(self) -> int:
        """Length of ``theta``."""
        return int(self.layout[-1].bias.stop)

    @cached_property
    def embedded(self) -> Sequence[int]:
        """Indices of the inputs that have an embedding."""
        return () if self.embedding is None else self.embedding.of_inputs(self.n_in)

    @property
    def n_embedded(self) -> int:
        """Number of sines and cosines, which the first layer gets before the inputs."""
        return 2 * int(self.frequencies.stop)

    @cached_property
    def frequencies(self) -> slice:
        """Where the frequencies of the embedding are in ``theta``: at its start."""
        return slice(0, 0 if self.embedding is None else len(self.embedded) * self.embedding.n_frequencies)

    @cached_property
    def layout(self) -> tuple[LayerSlice, ...]:
        """Where each layer's weights and biases are in ``theta``."""
        slices, start = [], self.frequencies.stop
        sizes = (self.n_embedded + self.n_in, *self.sizes[1:])
        for (n_in, n_out), layer in zip(pairwise(sizes), self.layers, strict=True):
            middle = start + n_in * n_out
            end = middle + (n_out if layer.use_bias else 0)
            slices.append(LayerSlice(n_in, n_out, slice(start, middle), slice(middle, end)))
            start = end
        return tuple(slices)

    def split(self, theta: Array) -> tuple[list[Array], list[Array]]:
        """Return views of `theta` (..., n_parameters): weights (..., n_in, n_out), biases (..., n_out).

        A layer without biases has an array of shape (..., 0).
        """
        layout = self.layout
        if theta.ndim == 1:  # half the time, which counts in the prediction of a single row
            weights = [theta[s.weight].reshape(s.n_in, s.n_out) for s in layout]
            return weights, [theta[s.bias] for s in layout]
        weights = [theta[..., s.weight].reshape(*theta.shape[:-1], s.n_in, s.n_out) for s in layout]
        return weights, [theta[..., s.bias] for s in layout]

    def join(
        self, weights: Sequence[Array], biases: Sequence[Array], frequencies: Array | None = None
    ) -> Array:
        """Return one flat ``theta`` from weights, biases and frequencies; the inverse of `split`.

        `frequencies`, the first of ``theta``, are needed by a network with an embedding.
        """
        n_frequencies = 0 if frequencies is None else np.size(frequencies)
        self.check_shapes([np.shape(w) for w in weights], [np.size(b) for b in biases], n_frequencies)
        parts = [np.ravel(array) for pair in zip(weights, biases, strict=True) for array in pair]
        if frequencies is not None and n_frequencies:
            parts = [np.ravel(frequencies), *parts]
        return np.concatenate(parts)

    def rescaled(self, theta: Array, scale: float, shift: float) -> Array:
        """Return the parameters of the network whose output is ``scale * output + shift``.

        Examples
        --------
        >>> Network.mlp(1, (), 1, head="regression").rescaled(np.array([2.0, 1.0]), 10.0, 5.0)
        array([20., 15.])
        """
        weights, biases = self.split(theta)
        scaled = self.join(
            [*weights[:-1], weights[-1] * scale],
            [*biases[:-1], biases[-1] * scale + shift],
            theta[self.frequencies],
        )
        return scaled.astype(theta.dtype)

    def check_shapes(
        self, weights: Sequence[tuple[int, ...]], biases: Sequence[int], n_frequencies: int = 0
    ) -> None:
        """Check the shapes of the weights and the sizes of the biases of each layer, and the embedding's.

        Raises
        ------
        ParameterError
            If there are more or fewer, or one does not fit its layer.
        """
        if len(weights) != len(self.layers) or len(biases) != len(self.layers):
            raise ParameterError(
                "weights",
                f"and biases must have one array for each of {len(self.layers)} layers, "
                f"got {len(weights)} and {len(biases)}.",
            )
        if n_frequencies != self.frequencies.stop:
            raise ParameterError(
                "frequencies",
                f"of the embedding must be {self.frequencies.stop}, got {n_frequencies}.",
            )
        for number, (s, shape, size) in enumerate(zip(self.layout, weights, biases, strict=True)):
            n_bias = s.bias.stop - s.bias.start
            if tuple(shape) != (s.n_in, s.n_out) or size != n_bias:
                raise ParameterError(
                    f"layer {number}",
                    f"needs weights of shape {(s.n_in, s.n_out)} and {n_bias} biases, "
                    f"got {tuple(shape)} and {size}.",
                )

    def to_dict(self) -> dict[str, Any]:
        """Return the network as values that JSON can hold, with names instead of codes."""
        layers = [
            {
                "kind": "dense",
                "units": int(layer.units),  # NumPy's numbers are not JSON's
                "activation": layer.activation,
                "use_bias": bool(layer.use_bias),
                "dropout": float(layer.dropout),
            }
            for layer in self.layers
        ]
        described: dict[str, Any] = {"n_in": int(self.n_in), "layers": layers, "head": self.head}
        if self.embedding is not None:
            described["embedding"] = self.embedding.to_dict()
        return described

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Network:
        """Return the network that `to_dict` described; raise a `ParameterError` for anything else."""
        try:
            layers = []
            for entry in values["layers"]:
                fields = dict(entry)
                kind = fields.pop("kind")
                check.choice("kind", kind, LAYER_KINDS)
                layers.append(LAYER_KINDS[kind](**fields))
            embedding = None
            if values.get("embedding") is not None:
                embedding = PeriodicEmbedding.from_dict(values["embedding"])
            return cls(values["n_in"], tuple(layers), values["head"], embedding)
        except ParameterError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise ParameterError("network", f"description is not valid: {error}.") from error

    @property
    def inputs_text(self) -> str:
        """The number of inputs, and of those with an embedding, in words.

        Examples
        --------
        >>> Network.mlp(3, (4,), 1, embedding=PeriodicEmbedding(8)).inputs_text
        '3 inputs with 8 frequencies each'
        """
        inputs = plural(self.n_in, "input")
        if self.embedding is None:
            return inputs
        n_embedded = len(self.embedded)
        of_some = "" if n_embedded == self.n_in else f", {n_embedded}"
        return f"{inputs}{of_some} with {plural(self.embedding.n_frequencies, 'frequency')} each"

    def __str__(self) -> str:
        """Return the sizes as in ``2-4-1``, and what embedding there is."""
        sizes = "-".join(str(size) for size in self.sizes)
        return sizes if self.embedding is None else f"{sizes} ({self.inputs_text})"


def _one_each(name: str, value: Any, n_hidden: int) -> list[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return [value] * n_hidden
    if len(value) != n_hidden:
        raise ParameterError(
            name, f"must be one value or one for each of {n_hidden} hidden layers, got {list(value)!r}."
        )
    return list(value)
