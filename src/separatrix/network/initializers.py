"""Initialisers: the initial ``theta``, drawn from one MT19937 generator.

All draws go through NumPy's `RandomState`, the generator that scikit-learn, PyTorch's CPU generator and
NumPy's legacy functions share, so that the same seed gives the same network everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import DTypeLike, NDArray

from separatrix import check
from separatrix.network.activations import ACTIVATIONS
from separatrix.network.network import LayerSlice, Network

Array = NDArray[Any]
Draw = Callable[[RandomState, LayerSlice, str], tuple[Array, Array]]


def _uniform(random_state: RandomState, s: LayerSlice, bound: float) -> tuple[Array, Array]:
    weight = random_state.uniform(-bound, bound, (s.n_in, s.n_out))
    return weight, random_state.uniform(-bound, bound, s.bias.stop - s.bias.start)


def _glorot(random_state: RandomState, s: LayerSlice, activation: str) -> tuple[Array, Array]:
    # Glorot & Bengio 2010, eq. 16, with scikit-learn's smaller factor for logistic units and drawn biases.
    factor = ACTIVATIONS[activation].glorot_factor
    return _uniform(random_state, s, math.sqrt(factor / (s.n_in + s.n_out)))


def _he(random_state: RandomState, s: LayerSlice, activation: str) -> tuple[Array, Array]:
    # He et al. 2015, eq. 10, as a uniform distribution of variance 2 / n_in; zero biases.
    bound = math.sqrt(6.0 / s.n_in)
    return random_state.uniform(-bound, bound, (s.n_in, s.n_out)), _no_bias(s)


def _lecun(random_state: RandomState, s: LayerSlice, activation: str) -> tuple[Array, Array]:
    # LeCun et al. 1998, "Efficient BackProp", eq. 16: variance 1 / n_in; zero biases.
    bound = math.sqrt(3.0 / s.n_in)
    return random_state.uniform(-bound, bound, (s.n_in, s.n_out)), _no_bias(s)


def _torch(random_state: RandomState, s: LayerSlice, activation: str) -> tuple[Array, Array]:
    # torch.nn.Linear.reset_parameters: U(-1/sqrt(n_in), 1/sqrt(n_in)), weight as (out, in), then bias; its
    # generator keeps 24 bits of each raw output; range in float32, product and sum in float64.
    bound = np.float32(1.0 / math.sqrt(s.n_in))

    def draw(n: int) -> Array:
        raw = random_state.randint(0, 2**32, n, dtype=np.uint32)
        unit = (raw & 0xFFFFFF) * 2.0**-24
        return (unit * float(bound + bound) - float(bound)).astype(np.float32)

    weight = draw(s.n_in * s.n_out).reshape(s.n_out, s.n_in).T
    return weight, draw(s.bias.stop - s.bias.start)


def _uniform01(random_state: RandomState, s: LayerSlice, activation: str) -> tuple[Array, Array]:
    return random_state.rand(s.n_in, s.n_out), _no_bias(s)


def _zeros(random_state: RandomState, s: LayerSlice, activation: str) -> tuple[Array, Array]:
    return np.zeros((s.n_in, s.n_out)), _no_bias(s)


def _no_bias(s: LayerSlice) -> Array:
    return np.zeros(s.bias.stop - s.bias.start)


INITIALIZERS: dict[str, Draw] = {
    "glorot": _glorot,
    "he": _he,
    "lecun": _lecun,
    "torch": _torch,
    "uniform01": _uniform01,
    "zeros": _zeros,
}


def initial_theta(
    network: Network, init: str, random_state: RandomState, dtype: DTypeLike = np.float64
) -> Array:
    """Return the initial ``theta`` of a network.

    Parameters
    ----------
    network : Network
        Its layers are drawn in order, each weight before its bias; the frequencies of an embedding first.
    init : {"glorot", "he", "lecun", "torch", "uniform01", "zeros"}
        The distribution. A layer's depends on its activation; the output layer's on that of the last hidden
        layer, as in scikit-learn.
    random_state : numpy.random.RandomState
        Advanced by the draws.
    dtype : dtype, default=float64
        Of the result; the draws do not depend on it.

    Returns
    -------
    ndarray of shape (n_parameters,)

    Raises
    ------
    ParameterError
        If there is no initialiser with this name.

    Examples
    --------
    >>> import numpy as np
    >>> net = Network.mlp(2, (), 1, head="binary")
    >>> initial_theta(net, "torch", np.random.RandomState(1)).round(4)
    array([ 0.3643, -0.3121, -0.1371])
    """
    check.choice("init", init, INITIALIZERS)
    draw = INITIALIZERS[init]
    theta = np.empty(network.n_parameters, dtype)
    if network.embedding is not None:
        theta[network.frequencies] = network.embedding.first_frequencies(
            random_state, network.frequencies.stop
        )
    activations = [layer.activation for layer in network.layers[:-1]]
    activations += activations[-1:] or ["identity"]
    for activation, s in zip(activations, network.layout, strict=True):
        weight, bias = draw(random_state, s, activation)
        theta[s.weight] = weight.ravel()
        theta[s.bias] = bias
    return theta
