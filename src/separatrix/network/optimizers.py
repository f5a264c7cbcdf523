"""Optimisers and penalties: how a gradient becomes a step, and what large weights cost.

Frozen values. The optimisers' formulas are in `separatrix.engine.numpy_engine` (one line for each vector) and
in the kernels. All except `LBFGS` work batch by batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from separatrix import check
from separatrix.errors import ParameterError
from separatrix.network.named import Named
from separatrix.network.network import Network

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "Optimizer",
    "Penalty",
    "RMSprop",
    "Slice",
]


@dataclass(frozen=True)
class Penalty:
    """L2 and L1 penalties on the weights (never on the biases).

    A batch whose rows have the total weight ``n`` adds ``(l2 / 2 |W|^2 + l1 |W|) / n`` to its loss:
    scikit-learn's meaning of `alpha`.
    """

    l2: float = 0.0
    l1: float = 0.0

    def __post_init__(self) -> None:
        check.number("l2", self.l2, 0.0)
        check.number("l1", self.l1, 0.0)


@dataclass(frozen=True)
class Slice:
    """Part of theta with a rate and a weight decay of its own: factors on those of the optimiser."""

    start: int
    stop: int
    rate: float
    decay: float


@dataclass(frozen=True)
class _Base(Named):
    """What all optimisers have in common.

    Attributes
    ----------
    n_slots : int
        Number of vectors of the length of ``theta`` that the optimiser keeps.
    """

    n_slots: ClassVar[int]

    def hyper(self) -> tuple[float, ...]:
        """Return the fields, in their order, as the numbers that a kernel reads.

        Examples
        --------
        >>> SGD(momentum=0.9).hyper()
        (0.9, 0.0)
        """
        return tuple(map(float, vars(self).values()))  # `astuple` would copy them first

    def slices(self, network: Network) -> list[Slice]:
        """Return the slices of theta that have a rate or decay of their own; none, except for `AdamW`."""
        return []

    def _check_decays(self, *names: str) -> None:
        for name in names:
            check.number(name, getattr(self, name), 0.0, 1.0, open_high=True)


@dataclass(frozen=True)
class SGD(_Base):
    """Gradient descent, optionally with momentum and Nesterov's look-ahead.

    ``v = momentum v - rate g``, then ``theta += v`` (or ``momentum v - rate g`` with `nesterovs_momentum`):
    Sutskever et al. 2013, eqs. 3-4, in scikit-learn's form; equal to PyTorch's at a constant rate. With
    momentum 0 and a full batch it is plain gradient descent.
    """

    momentum: float = 0.0
    nesterovs_momentum: bool = False
    name: ClassVar[str] = "sgd"
    n_slots: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check.number("momentum", self.momentum, 0.0, 1.0)
        check.boolean("nesterovs_momentum", self.nesterovs_momentum)


@dataclass(frozen=True)
class Adam(_Base):
    """Adam (Kingma & Ba 2015).

    Parameters
    ----------
    beta_1, beta_2 : float
        Decay of the first and second moment, in [0, 1).
    epsilon : float
        Added to the root of the second moment.
    epsilon_hat : bool, default=True
        True: `epsilon` is added to the *uncorrected* root, the efficient form at the end of the paper's
        section 2 and scikit-learn's. False: to the bias-corrected root, its Algorithm 1 and PyTorch's.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    epsilon_hat: bool = True
    name: ClassVar[str] = "adam"
    n_slots: ClassVar[int] = 2

    def __post_init__(self) -> None:
        self._check_decays("beta_1", "beta_2")
        check.number("epsilon", self.epsilon, 0.0, open_low=True)


@dataclass(frozen=True)
class AdamW(_Base):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019, Algorithm 2), PyTorch's form.

    ``theta -= rate weight_decay theta`` on every parameter, then Adam's step.

    Parameters
    ----------
    beta_1, beta_2, epsilon : float
        As in `Adam`; epsilon is added to the bias-corrected root.
    weight_decay : float
    decays_biases : bool, default=True
        False: biases do not decay. The bias of the output is the prior of the classes, or the mean of
        numbers, which a decay pulls to even odds, or to 0.
    layer_rates : tuple of float, default=()
        A factor on the rate of each layer, weights and biases, the first hidden layer first. Empty: all 1.
    embedding_rate : float, default=0.1
        A factor on the rate of the frequencies of a `PeriodicEmbedding`, which this optimiser never decays.
        The other optimisers treat frequencies as they do weights.

    Examples
    --------
    An estimator takes an optimiser as its `solver`.

    >>> from separatrix import MLPClassifier
    >>> clf = MLPClassifier((4,), solver=AdamW(weight_decay=1.0, decays_biases=False, layer_rates=(0.1, 1.0)))
    >>> clf.settings().optimizer.layer_rates
    (0.1, 1.0)
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01
    decays_biases: bool = True
    layer_rates: tuple[float, ...] = ()
    embedding_rate: float = 0.1
    name: ClassVar[str] = "adamw"
    n_slots: ClassVar[int] = 2

    def __post_init__(self) -> None:
        self._check_decays("beta_1", "beta_2")
        check.number("epsilon", self.epsilon, 0.0, open_low=True)
        check.number("weight_decay", self.weight_decay, 0.0)
        check.boolean("decays_biases", self.decays_biases)
        object.__setattr__(self, "layer_rates", tuple(self.layer_rates))
        for factor in self.layer_rates:
            check.number("layer_rates", factor, 0.0)
        check.number("embedding_rate", self.embedding_rate, 0.0)

    def hyper(self) -> tuple[float, ...]:
        """Return the numbers that hold for all of theta; `slices` has the others."""
        return float(self.beta_1), float(self.beta_2), float(self.epsilon), float(self.weight_decay)

    def slices(self, network: Network) -> list[Slice]:
        """Return the slices of theta that have a rate or decay of their own, in order; none if all are equal.

        Raises
        ------
        ParameterError
            If `layer_rates` has not one factor for each layer.

        Examples
        --------
        >>> from separatrix.network import Network
        >>> AdamW(decays_biases=False).slices(Network.mlp(2, (), 1))
        [Slice(start=0, stop=2, rate=1.0, decay=1.0), Slice(start=2, stop=3, rate=1.0, decay=0.0)]
        """
        if self.decays_biases and not self.layer_rates and network.embedding is None:
            return []
        factors = self.layer_rates or (1.0,) * len(network.layers)
        if len(factors) != len(network.layers):
            raise ParameterError(
                "layer_rates",
                f"must have one factor for each of {len(network.layers)} layers, the output layer included, "
                f"got {len(factors)}.",
            )
        of_bias = 1.0 if self.decays_biases else 0.0
        n_frequencies = network.frequencies.stop
        first = [Slice(0, n_frequencies, float(self.embedding_rate), 0.0)] if n_frequencies else []
        return first + [
            Slice(part.start, part.stop, float(factor), decay)
            for place, factor in zip(network.layout, factors, strict=True)
            for part, decay in ((place.weight, 1.0), (place.bias, of_bias))
            if part.stop > part.start
        ]


@dataclass(frozen=True)
class RMSprop(_Base):
    """RMSprop (Hinton 2012, lecture 6e), PyTorch's form: ``theta -= rate g / (sqrt(v) + epsilon)``."""

    rho: float = 0.99
    epsilon: float = 1e-8
    name: ClassVar[str] = "rmsprop"
    n_slots: ClassVar[int] = 1

    def __post_init__(self) -> None:
        self._check_decays("rho")
        check.number("epsilon", self.epsilon, 0.0, open_low=True)


@dataclass(frozen=True)
class Adagrad(_Base):
    """Adagrad (Duchi et al. 2011), PyTorch's form: the squares of all gradients are summed."""

    epsilon: float = 1e-10
    name: ClassVar[str] = "adagrad"
    n_slots: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check.number("epsilon", self.epsilon, 0.0, open_low=True)


@dataclass(frozen=True)
class Lion(_Base):
    """Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", Algorithm 2).

    ``theta -= rate (sign(beta_1 m + (1 - beta_1) g) + weight_decay theta)`` on every parameter, also the
    frequencies of an embedding, then
    ``m = beta_2 m + (1 - beta_2) g``. Every step has the size of the rate, which should be 3 to 10 times
    smaller than Adam's (the paper's section 5).

    Parameters
    ----------
    beta_1, beta_2 : float
        Weight of the moment in the step, and its decay, in [0, 1). Estimators' parameters of these names are
        Adam's; ``solver="lion"`` uses the defaults here, those of the paper.
    weight_decay : float
        Decoupled from the gradient, as in `AdamW`.
    """

    beta_1: float = 0.9
    beta_2: float = 0.99
    weight_decay: float = 0.0
    name: ClassVar[str] = "lion"
    n_slots: ClassVar[int] = 1
    own_defaults: ClassVar[tuple[str, ...]] = ("beta_1", "beta_2")

    def __post_init__(self) -> None:
        self._check_decays("beta_1", "beta_2")
        check.number("weight_decay", self.weight_decay, 0.0)


@dataclass(frozen=True)
class LBFGS(_Base):
    """L-BFGS (Liu & Nocedal 1989) on the whole data set, by `scipy.optimize.minimize`."""

    max_fun: int = 15000
    name: ClassVar[str] = "lbfgs"
    n_slots: ClassVar[int] = 0

    def __post_init__(self) -> None:
        check.integer("max_fun", self.max_fun, 1)


Optimizer = SGD | Adam | AdamW | RMSprop | Adagrad | Lion | LBFGS
OPTIMIZERS: dict[str, type[Optimizer]] = {kind.name: kind for kind in get_args(Optimizer)}
