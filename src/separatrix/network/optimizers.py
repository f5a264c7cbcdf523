"""Optimisers: how a gradient becomes a step.

Frozen values; their formulas stand in `numpy_engine` (one line each) and in the kernels. All but `LBFGS` work
batch by batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from separatrix import check


@dataclass(frozen=True)
class SGD:
    """Gradient descent, with momentum and Nesterov's look-ahead if wished.

    ``v = momentum v - rate g``, then ``theta += v`` (or ``momentum v - rate g`` with `nesterov`): Sutskever
    et al. 2013, eqs. 3-4, in scikit-learn's form; equal to PyTorch's at a constant rate. With momentum 0 and
    a full batch it is plain gradient descent.
    """

    momentum: float = 0.0
    nesterov: bool = False
    name: ClassVar[str] = "sgd"
    n_slots: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check.number("momentum", self.momentum, 0.0, 1.0)
        check.boolean("nesterovs_momentum", self.nesterov)


@dataclass(frozen=True)
class Adam:
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
        for name in ("beta_1", "beta_2"):
            check.number(name, getattr(self, name), 0.0, 1.0, open_high=True)
        check.number("epsilon", self.epsilon, 0.0, open_low=True)


@dataclass(frozen=True)
class AdamW:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019, Algorithm 2), PyTorch's form.

    ``theta -= rate weight_decay theta`` on every parameter, then Adam's step.
    """

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01
    name: ClassVar[str] = "adamw"
    n_slots: ClassVar[int] = 2

    def __post_init__(self) -> None:
        for name in ("beta_1", "beta_2"):
            check.number(name, getattr(self, name), 0.0, 1.0, open_high=True)
        check.number("epsilon", self.epsilon, 0.0, open_low=True)
        check.number("weight_decay", self.weight_decay, 0.0)


@dataclass(frozen=True)
class RMSprop:
    """RMSprop (Hinton 2012, lecture 6e), PyTorch's form: ``theta -= rate g / (sqrt(v) + epsilon)``."""

    rho: float = 0.99
    epsilon: float = 1e-8
    name: ClassVar[str] = "rmsprop"
    n_slots: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check.number("rho", self.rho, 0.0, 1.0, open_high=True)
        check.number("epsilon", self.epsilon, 0.0, open_low=True)


@dataclass(frozen=True)
class Adagrad:
    """Adagrad (Duchi et al. 2011), PyTorch's form: the squares of all gradients so far add up."""

    epsilon: float = 1e-10
    name: ClassVar[str] = "adagrad"
    n_slots: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check.number("epsilon", self.epsilon, 0.0, open_low=True)


@dataclass(frozen=True)
class LBFGS:
    """L-BFGS (Liu & Nocedal 1989) on the whole data set, by `scipy.optimize.minimize`."""

    max_fun: int = 15000
    name: ClassVar[str] = "lbfgs"
    n_slots: ClassVar[int] = 0

    def __post_init__(self) -> None:
        check.integer("max_fun", self.max_fun, 1)


Optimizer = SGD | Adam | AdamW | RMSprop | Adagrad | LBFGS
OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.name: kind for kind in (SGD, Adam, AdamW, RMSprop, Adagrad, LBFGS)
}
