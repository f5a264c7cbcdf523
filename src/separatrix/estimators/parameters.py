"""Parameters: an estimator's settings, checked and turned into the specs that the engine trains by."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn.metrics import get_scorer_names
from sklearn.utils import check_random_state

from separatrix import check
from separatrix.engine import ENGINES
from separatrix.engine.base import Order
from separatrix.errors import ParameterError, did_you_mean
from separatrix.network import (
    INITIALIZERS,
    LBFGS,
    SCHEDULES,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Network,
    Optimizer,
    Penalty,
    Progress,
    RMSprop,
    Schedule,
    initial_theta,
)
from separatrix.network.schedules import Adaptive, Constant, InvScaling

if TYPE_CHECKING:
    from separatrix.estimators.mlp import BaseMLP

Array = NDArray[Any]

Activations = str | Sequence[str]
BatchSize = int | str
ClassWeight = Mapping[Any, float] | Sequence[Mapping[Any, float]] | str | None
Init = str | tuple[Sequence[ArrayLike], Sequence[ArrayLike]]
Scoring = str | Any | None

DTYPES = ("auto", "float32", "float64")
_AUTO_BATCH = 200
_BOOLEANS = ("nesterovs_momentum", "early_stopping", "warm_start", "fit_intercept", "track_training")


def check_parameters(p: BaseMLP) -> None:
    """Raise a `ParameterError` for the first setting that breaks its rule, used by this solver or not."""
    for name in _BOOLEANS:
        check.boolean(name, getattr(p, name))
    if p.restore_best is not None:
        check.boolean("restore_best", p.restore_best)
    if p.shuffle != "replacement":
        check.boolean("shuffle", p.shuffle)
    check.number("l1_ratio", p.l1_ratio, 0.0, 1.0)
    check.number("alpha", p.alpha, 0.0)
    check.number("learning_rate_init", p.learning_rate_init, 0.0, open_low=True)
    check.number("tol", p.tol, 0.0)
    check.number("validation_fraction", p.validation_fraction, 0.0, math.nextafter(1.0, 0.0))
    check.integer("max_iter", p.max_iter, 1)
    if p.n_iter_no_change != math.inf:
        check.integer("n_iter_no_change", p.n_iter_no_change, 1)
    if isinstance(p.batch_size, str):
        check.choice("batch_size", p.batch_size, ("auto", "full"))
    else:
        check.integer("batch_size", p.batch_size, 1)
    check.choice("dtype", p.dtype, DTYPES)
    check.choice("engine", p.engine, ENGINES)
    _check_scorers(p.scoring, p.metrics)
    for build in _OPTIMIZERS.values():  # checks what it takes
        build(p)
    optimizer_of(p)
    schedule_of(p)


def network_of(p: BaseMLP, n_in: int, n_out: int, head: str) -> Network:
    """Return the network that the settings describe."""
    return Network.mlp(
        n_in,
        _hidden_sizes(p.hidden_layer_sizes),
        n_out,
        activation=_plain(p.activation),
        head=head,
        fit_intercept=p.fit_intercept,
        dropout=_plain(p.dropout),
    )


def random_state_of(p: BaseMLP) -> RandomState:
    """Return the generator of all draws, of the kind whose state the engines read."""
    random_state: RandomState = check_random_state(p.random_state)
    kind = type(random_state._bit_generator).__name__
    if kind != "MT19937":
        raise ParameterError(
            f"random_state must use MT19937, got a RandomState of {kind}; give a seed, or RandomState(seed)."
        )
    return random_state


def first_theta(p: BaseMLP, network: Network, random_state: RandomState, dtype: DTypeLike) -> Array:
    """Return the parameters that training starts from."""
    if isinstance(p.init, str):
        return initial_theta(network, p.init, random_state, dtype)
    if not isinstance(p.init, Sequence) or len(p.init) != 2:
        names = ", ".join(map(repr, INITIALIZERS))
        raise ParameterError(f"init must be one of {names} or a pair (coefs, intercepts), got {p.init!r}.")
    coefs, intercepts = ([np.asarray(array) for array in arrays] for arrays in p.init)
    return network.join(coefs, intercepts).astype(dtype)


_OPTIMIZERS: dict[str, Callable[[BaseMLP], Optimizer]] = {
    "lbfgs": lambda p: LBFGS(p.max_fun),
    "sgd": lambda p: SGD(p.momentum, p.nesterovs_momentum),
    "adam": lambda p: Adam(p.beta_1, p.beta_2, p.epsilon),
    "adamw": lambda p: AdamW(p.beta_1, p.beta_2, p.epsilon, p.weight_decay),
    "rmsprop": lambda p: RMSprop(p.rho, p.epsilon),
    "adagrad": lambda p: Adagrad(p.epsilon),
}


def optimizer_of(p: BaseMLP) -> Optimizer:
    """Return the optimizer."""
    if isinstance(p.solver, Optimizer):
        return p.solver
    check.choice("solver", p.solver, _OPTIMIZERS)
    return _OPTIMIZERS[p.solver](p)


def schedule_of(p: BaseMLP) -> Schedule:
    """Return the schedule of the learning rate."""
    invscaling = InvScaling(p.power_t)
    if isinstance(p.learning_rate, Schedule):
        return p.learning_rate
    check.choice("learning_rate", p.learning_rate, SCHEDULES)
    if p.solver == "adam" and p.learning_rate in {"adaptive", "invscaling"}:
        return Constant()  # scikit-learn's 'adam' does not heed them
    return invscaling if p.learning_rate == "invscaling" else SCHEDULES[p.learning_rate]()


@dataclass(frozen=True)
class ContinuedInvScaling(InvScaling):
    """`InvScaling` after `rows_before` rows of earlier calls; the first epoch has a factor of its own."""

    rows_before: int = 0
    first_step: int = 0
    first_factor: float = 1.0

    def factors(self, steps: Array, progress: Progress) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        epochs = (steps - self.first_step) // progress.steps_per_epoch
        rows_seen = self.rows_before + epochs * progress.n_rows
        return np.where(epochs > 0, (rows_seen + 1.0) ** -self.power_t, self.first_factor)


@dataclass(frozen=True)
class PlannedAhead(Constant):
    """Another schedule, planned over more epochs than one call of ``partial_fit`` takes."""

    schedule: Schedule = field(default_factory=Constant)
    n_epochs: int = 1

    def factors(self, steps: Array, progress: Progress) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        return self.schedule.factors(steps, replace(progress, n_epochs=self.n_epochs))


def continued_schedule(p: BaseMLP, rows_before: int, first_step: int, incremental: bool) -> Schedule:
    """Return the schedule of a call after others, with scikit-learn's count of rows where it counts them."""
    schedule = schedule_of(p)
    if isinstance(schedule, InvScaling):
        # A warm start has scikit-learn's new optimizer, which spends its first epoch at the initial rate.
        first_factor = (rows_before + 1.0) ** -schedule.power_t if incremental and rows_before else 1.0
        return ContinuedInvScaling(schedule.power_t, rows_before, first_step, first_factor)
    if not incremental or isinstance(schedule, Adaptive):
        return schedule
    return PlannedAhead(schedule, p.max_iter)


def penalty_of(p: BaseMLP) -> Penalty:
    """Return the share of `alpha` that each penalty has."""
    return Penalty(l2=p.alpha * (1.0 - p.l1_ratio), l1=p.alpha * p.l1_ratio)


def order_of(p: BaseMLP) -> Order:
    """Return the order of the rows."""
    if p.shuffle == "replacement":
        return "replacement"
    return "shuffle" if p.shuffle else "sequential"


def batch_size_of(p: BaseMLP, n_rows: int) -> int:
    """Return the rows a step, not more than there are."""
    if isinstance(p.batch_size, str):
        return n_rows if p.batch_size == "full" else min(_AUTO_BATCH, n_rows)
    if p.batch_size > n_rows:
        warnings.warn(
            f"batch_size={p.batch_size} is more than the {n_rows} training rows: it is clipped to {n_rows}.",
            stacklevel=2,
        )
    return min(int(p.batch_size), n_rows)


def accepted_dtypes(dtype: str) -> type | tuple[type, ...]:
    """Return what `sklearn.utils.validation.validate_data` takes as `dtype`."""
    return {"float32": np.float32, "float64": np.float64}.get(dtype, (np.float64, np.float32))


def _check_scorers(scoring: Scoring, metrics: Sequence[str] | None) -> None:
    names = get_scorer_names()
    if isinstance(scoring, str) and scoring not in {"loss", *names}:
        raise ParameterError(
            f"scoring must be None, 'loss', a callable or a name of sklearn.metrics.get_scorer_names(), "
            f"got {scoring!r}.{did_you_mean(scoring, ['loss', *names])}"
        )
    if isinstance(metrics, str):
        raise ParameterError(
            f"metrics must be a sequence of scorer names, got {metrics!r}; write [{metrics!r}]."
        )
    for name in metrics or ():
        if name not in names:
            raise ParameterError(
                f"metrics must hold names of sklearn.metrics.get_scorer_names(), "
                f"got {name!r}.{did_you_mean(name, names)}"
            )


def _hidden_sizes(sizes: Any) -> list[int]:
    listed = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    for size in listed:
        check.integer("hidden_layer_sizes", size, 1)
    return [int(size) for size in listed]


def _plain(value: Any) -> Any:
    """Return one value as it is, several as a list."""
    return value if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
