"""MLPSettings: all parameters of an estimator, checked, and the objects that they describe."""

from __future__ import annotations

import hashlib
import math
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn.metrics import get_scorer_names
from sklearn.utils import check_random_state

from separatrix import check
from separatrix.engine import ENGINES, get_engine
from separatrix.engine.base import Data, Order
from separatrix.engine.generators import new_generator
from separatrix.errors import ParameterError, did_you_mean
from separatrix.network import (
    INITIALIZERS,
    LBFGS,
    OPTIMIZERS,
    SCHEDULES,
    Network,
    Optimizer,
    Penalty,
    PeriodicEmbedding,
    Schedule,
    TrainingLength,
    initial_theta,
)
from separatrix.network.schedules import Adaptive, Constant, InvScaling
from separatrix.train.base import Record
from separatrix.train.range_test import range_test

Array = NDArray[Any]

Activations = str | Sequence[str]
BatchSize = int | str
ClassWeight = Mapping[Any, float] | Sequence[Mapping[Any, float]] | str | None
Init = str | tuple[Sequence[ArrayLike], Sequence[ArrayLike]]
Scoring = str | Any | None

DTYPES = ("auto", "float32", "float64")

_AUTO_BATCH = 200

# The check that each parameter must pass, and below values that are allowed besides.
_RULES: dict[str, Callable[[str, Any], None]] = {
    "nesterovs_momentum": check.boolean,
    "early_stopping": check.boolean,
    "warm_start": check.boolean,
    "fit_intercept": check.boolean,
    "track_training": check.boolean,
    "restore_best": check.boolean,
    "shuffle": check.boolean,
    "l1_ratio": partial(check.number, low=0.0, high=1.0),
    "alpha": partial(check.number, low=0.0),
    "learning_rate_init": partial(check.number, low=0.0, open_low=True),
    "tol": partial(check.number, low=0.0),
    "validation_fraction": partial(check.number, low=0.0, high=1.0, open_high=True),
    "max_iter": partial(check.integer, low=1),
    "n_iter_no_change": partial(check.integer, low=1),
    "n_init": partial(check.integer, low=1),
    "dtype": partial(check.choice, options=DTYPES),
    "engine": partial(check.choice, options=ENGINES),
}
_ALSO = {
    "restore_best": None,
    "shuffle": "replacement",
    "n_iter_no_change": math.inf,
    "learning_rate_init": "auto",
    "n_init": "auto",
}
DEFAULT_RATE = 0.001  # where a range test finds that no rate lowers the loss


@dataclass(frozen=True, eq=False, kw_only=True)
class MLPSettings:
    """The parameters of `MLPClassifier` or `MLPRegressor`, checked.

    The fields are the parameters of these classes, which document them. The parameters of the network are
    checked by `network`, the initial weights by `first_theta`: their rules depend on the data.

    Raises
    ------
    ParameterError
        If a parameter breaks its rule, whether the solver uses it or not.

    Examples
    --------
    >>> from separatrix import MLPClassifier
    >>> settings = MLPClassifier((8,), alpha=0.5, l1_ratio=0.5).settings()
    >>> settings.network(2, 1, "binary").n_parameters
    33
    >>> settings.penalty
    Penalty(l2=0.25, l1=0.25)
    """

    hidden_layer_sizes: int | Sequence[int]
    activation: Activations
    solver: str | Optimizer
    alpha: float
    batch_size: BatchSize
    learning_rate: str | Schedule
    learning_rate_init: float | str
    power_t: float
    max_iter: int
    shuffle: bool | str
    random_state: int | RandomState | None
    tol: float
    verbose: bool
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    beta_1: float
    beta_2: float
    epsilon: float
    n_iter_no_change: float
    n_init: int | str
    max_fun: int
    loss: str
    class_weight: ClassWeight = None
    l1_ratio: float
    dropout: float | Sequence[float]
    init: Init
    fit_intercept: bool
    embedding: int | PeriodicEmbedding | None
    weight_decay: float
    rho: float
    scoring: Scoring
    metrics: Sequence[str] | None
    restore_best: bool | None
    track_training: bool
    record: Record
    engine: str
    dtype: str

    def __post_init__(self) -> None:
        values = vars(self)
        for name, rule in _RULES.items():
            if name not in _ALSO or not _is_same(values[name], _ALSO[name]):
                rule(name, values[name])
        if isinstance(self.batch_size, str):
            check.choice("batch_size", self.batch_size, ("auto", "full"))
        else:
            check.integer("batch_size", self.batch_size, 1)
        if not isinstance(self.verbose, bool | np.bool_ | int):
            raise ParameterError("verbose", f"must be True or False, got {self.verbose!r}.")
        if not isinstance(self.embedding, PeriodicEmbedding | None):
            check.integer("embedding", self.embedding, 1)
        _check_class_weight(self.class_weight)
        _check_scorers(self.scoring, self.metrics)
        if not isinstance(self.solver, Optimizer):
            check.choice("solver", self.solver, OPTIMIZERS)
        if not isinstance(self.learning_rate, Schedule):
            check.choice("learning_rate", self.learning_rate, SCHEDULES)
        _check_numbers_of_solvers([values[name] for name in _OF_SOLVERS])

    @property
    def uses_lbfgs(self) -> bool:
        """Whether the solver is L-BFGS, which has no epochs, schedule or early stopping."""
        return uses_lbfgs(self.solver)

    @property
    def holds_out(self) -> bool:
        """Whether early stopping needs validation rows."""
        return self.early_stopping and not self.uses_lbfgs

    @property
    def restores_best(self) -> bool:
        """Whether training ends with the parameters of the best epoch."""
        return self.early_stopping if self.restore_best is None else self.restore_best

    @cached_property
    def optimizer(self) -> Optimizer:
        """The optimizer, with the parameters of the estimator if `solver` is a name."""
        if not isinstance(self.solver, str):
            return self.solver
        return OPTIMIZERS[self.solver].from_parameters(vars(self))

    @property
    def schedule(self) -> Schedule:
        """The schedule of the learning rate."""
        if not isinstance(self.learning_rate, str):
            return self.learning_rate
        if self.solver == "adam" and self.learning_rate in {"adaptive", "invscaling"}:
            return Constant()  # scikit-learn's 'adam' ignores them
        return SCHEDULES[self.learning_rate].from_parameters(vars(self))

    def continued_schedule(self, rows_before: int, first_step: int, incremental: bool) -> Schedule:
        """Return the schedule of a call that continues earlier ones.

        Parameters
        ----------
        rows_before : int
            Training rows seen by earlier calls.
        first_step : int
            Steps of earlier calls.
        incremental : bool
            Whether it is a call of ``partial_fit``.
        """
        schedule = self.schedule
        if isinstance(schedule, InvScaling):
            # A warm start has scikit-learn's new optimizer, which spends its first epoch at the initial rate.
            first_factor = (rows_before + 1.0) ** -schedule.power_t if incremental and rows_before else 1.0
            return ContinuedInvScaling(schedule.power_t, rows_before, first_step, first_factor)
        if not incremental or isinstance(schedule, Adaptive):
            return schedule
        return PlannedAhead(schedule, self.max_iter)

    @property
    def penalty(self) -> Penalty:
        """The penalty on the weights: `alpha`, split by `l1_ratio`."""
        return Penalty(l2=self.alpha * (1.0 - self.l1_ratio), l1=self.alpha * self.l1_ratio)

    @property
    def order(self) -> Order:
        """The order of the rows."""
        if self.shuffle == "replacement":
            return "replacement"
        return "shuffle" if self.shuffle else "sequential"

    @property
    def accepted_dtypes(self) -> type | tuple[type, ...]:
        """Dtypes that `X` may have; any other is converted to the first."""
        return {"float32": np.float32, "float64": np.float64}.get(self.dtype, (np.float64, np.float32))

    def rows_per_step(self, n_rows: int) -> int:
        """Return the rows of a batch, at most `n_rows`."""
        if isinstance(self.batch_size, str):
            return n_rows if self.batch_size == "full" else min(_AUTO_BATCH, n_rows)
        if self.batch_size > n_rows:
            warnings.warn(
                f"batch_size={self.batch_size} is more than the {n_rows} training rows: it is clipped to "
                f"{n_rows}.",
                stacklevel=2,
            )
        return min(int(self.batch_size), n_rows)

    def network(self, n_in: int, n_out: int, head: str) -> Network:
        """Return the network with these numbers of inputs and outputs, and this head."""
        shape = n_in, n_out, head
        if shape not in self._networks:
            self._networks[shape] = Network.mlp(
                n_in,
                _hidden_sizes(self.hidden_layer_sizes),
                n_out,
                activation=_one_or_list(self.activation),
                head=head,
                fit_intercept=self.fit_intercept,
                dropout=_one_or_list(self.dropout),
                embedding=_embedding(self.embedding),
            )
        return self._networks[shape]

    @cached_property
    def _networks(self) -> dict[tuple[int, int, str], Network]:
        """Networks by shape: a search asks for the same one in every fold."""
        return {}

    def with_rate(self, network: Network, theta: Array, data: Data) -> MLPSettings:
        """Return the settings with a number as initial learning rate: for "auto", that of a range test."""
        if not isinstance(self.learning_rate_init, str):
            return self
        rate = None
        if not self.uses_lbfgs:
            size = self.rows_per_step(data.n_rows)
            rate = range_test(
                network, self.optimizer, self.penalty, theta, data, size, get_engine(self.engine)
            )
        return replace(self, learning_rate_init=DEFAULT_RATE if rate is None else rate)

    @property
    def initial_rate(self) -> float:
        """The initial learning rate, once it is a number."""
        return float(self.learning_rate_init)

    def first_theta(self, network: Network, random_state: RandomState, dtype: DTypeLike) -> Array:
        """Return the initial parameters of the network."""
        if isinstance(self.init, str):
            return initial_theta(network, self.init, random_state, dtype)
        if not isinstance(self.init, Sequence) or len(self.init) != 2:
            names = ", ".join(map(repr, INITIALIZERS))
            raise ParameterError(
                "init", f"must be one of {names} or a pair (coefs, intercepts), got {self.init!r}."
            )
        try:
            coefs, intercepts = ([np.asarray(array, dtype) for array in arrays] for arrays in self.init)
        except (TypeError, ValueError) as error:
            raise ParameterError(
                "init", f"must hold an array of numbers for each layer, got {self.init!r}."
            ) from error
        frequencies = None
        if network.embedding is not None:
            frequencies = network.embedding.first_frequencies(random_state, network.frequencies.stop)
        return network.join(coefs, intercepts, None if frequencies is None else frequencies.astype(dtype))


def generator(seed: int | RandomState | None) -> RandomState:
    """Return the generator of all draws; it must be a Mersenne Twister, whose state the engines read."""
    if type(seed) is int and 0 <= seed < 2**32:
        return new_generator(seed)
    try:
        random_state: RandomState = check_random_state(seed)
    except ValueError as error:
        raise ParameterError(
            "random_state", f"must be a seed, a RandomState or None, got {seed!r}."
        ) from error
    kind = type(random_state._bit_generator).__name__
    if kind != "MT19937":
        raise ParameterError(
            "random_state",
            f"must use MT19937, got a RandomState of {kind}; give a seed, or RandomState(seed).",
        )
    return random_state


def uses_lbfgs(solver: str | Optimizer) -> bool:
    """Return whether a solver is L-BFGS, by name or as a value."""
    return solver == "lbfgs" or isinstance(solver, LBFGS)


def dropout_seed(network: Network, random_state: RandomState) -> int:
    """Return the seed of the dropout; without dropout none is drawn, so that all draws are scikit-learn's."""
    if not any(layer.dropout for layer in network.layers):
        return 0
    return int(random_state.randint(2**32, dtype=np.uint32))


FIELDS = frozenset(f.name for f in fields(MLPSettings))

_SOLVERS = (*OPTIMIZERS.values(), InvScaling)
_OF_SOLVERS = tuple(sorted({name for kind in _SOLVERS for name in kind.parameters()} & FIELDS))


def _check_numbers_of_solvers(numbers: Sequence[Any]) -> None:
    """Check the parameters that optimisers and schedules take; equal ones are checked once."""
    try:
        _check_once(*numbers)
    except TypeError:  # a value without a hash, which no rule allows
        _check_once.__wrapped__(*numbers)


@lru_cache(maxsize=256, typed=True)
def _check_once(*numbers: Any) -> None:
    parameters = dict(zip(_OF_SOLVERS, numbers, strict=True))
    for kind in _SOLVERS:
        kind.from_parameters(parameters)  # it checks the parameters that it takes


@dataclass(frozen=True)
class ContinuedInvScaling(InvScaling):
    """`InvScaling` that continues after `rows_before` rows; the first epoch has its own factor."""

    rows_before: int = 0
    first_step: int = 0
    first_factor: float = 1.0

    def factors(self, steps: Array, length: TrainingLength) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        epochs = (steps - self.first_step) // length.steps_per_epoch
        rows_seen = self.rows_before + epochs * length.n_rows
        return np.where(epochs > 0, (rows_seen + 1.0) ** -self.power_t, self.first_factor)


@dataclass(frozen=True)
class PlannedAhead(Constant):
    """A schedule for `n_epochs` epochs, of which one call of ``partial_fit`` takes one."""

    schedule: Schedule = field(default_factory=Constant)
    n_epochs: int = 1

    def factors(self, steps: Array, length: TrainingLength) -> Array:
        """Return the factor on the initial rate at each of `steps` (0, 1, …)."""
        return self.schedule.factors(steps, replace(length, n_epochs=self.n_epochs))


def _is_same(value: object, allowed: object) -> bool:
    """Return whether a value is the allowed one; arrays and others of another type are not."""
    return type(value) is type(allowed) and value == allowed


def _check_class_weight(class_weight: ClassWeight) -> None:
    listed = class_weight if isinstance(class_weight, list | tuple) else [class_weight]
    if isinstance(class_weight, str | Mapping | None) or all(isinstance(one, Mapping) for one in listed):
        return
    raise ParameterError(
        "class_weight",
        f"must be 'balanced', a dict of a weight for each class, or a list of dicts, got {class_weight!r}.",
    )


def _check_scorers(scoring: Scoring, metrics: Sequence[str] | None) -> None:
    if scoring is None and not metrics:
        return
    names = get_scorer_names()
    is_known = callable(scoring) or scoring is None
    if not is_known and not (isinstance(scoring, str) and scoring in {"loss", *names}):
        raise ParameterError(
            "scoring",
            "must be None, 'loss', a callable or a name of sklearn.metrics.get_scorer_names(), "
            f"got {scoring!r}.{did_you_mean(scoring, ['loss', *names])}",
        )
    if isinstance(metrics, str):
        raise ParameterError(
            "metrics", f"must be a sequence of scorer names, got {metrics!r}; write [{metrics!r}]."
        )
    if not isinstance(metrics, Sequence | None):
        raise ParameterError("metrics", f"must be a sequence of scorer names or None, got {metrics!r}.")
    for name in metrics or ():
        if name not in names:
            raise ParameterError(
                "metrics",
                "must hold names of sklearn.metrics.get_scorer_names(), "
                f"got {name!r}.{did_you_mean(name, names)}",
            )


def _hidden_sizes(sizes: Any) -> list[int]:
    listed = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    for size in listed:
        check.integer("hidden_layer_sizes", size, 1)
    return [int(size) for size in listed]


def _embedding(embedding: int | PeriodicEmbedding | None) -> PeriodicEmbedding | None:
    """Return the embedding; a number is that of its frequencies."""
    is_value = isinstance(embedding, PeriodicEmbedding | None)
    return embedding if is_value else PeriodicEmbedding(int(embedding))  # type: ignore[return-value, arg-type]


def _one_or_list(value: Any) -> Any:
    """Return one value as it is, several as a list."""
    return value if isinstance(value, str) or not isinstance(value, Iterable) else list(value)


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as values that JSON can hold; those that it cannot hold become text."""
    return {name: _plain(value) for name, value in settings.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, PeriodicEmbedding):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if isinstance(value, np.ndarray):
        content = value.tobytes() if value.dtype.kind != "O" else repr(value.tolist()).encode()
        digest = hashlib.blake2b(content, digest_size=8).hexdigest()
        return f"array of {value.dtype}, shape {value.shape}, digest {digest}"
    if isinstance(value, bool | int | float | str | None):
        return value
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
