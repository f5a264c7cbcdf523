"""Space: the architectures and parameters that a search draws its candidates from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pickle import PicklingError
from typing import Any

import joblib
from numpy.random import RandomState
from sklearn.model_selection import ParameterGrid, ParameterSampler

from separatrix import check
from separatrix.errors import ParameterError, did_you_mean

Architecture = tuple[int, ...]
Params = dict[str, Any]

LAYERS = "hidden_layer_sizes"

LINEAR_BASELINE: Params = {
    LAYERS: (),
    "activation": "relu",
    "dropout": 0.0,
    "init": "zeros",
    "solver": "lbfgs",
    "max_iter": 1000,
    "tol": 1e-6,
    "early_stopping": False,
    "metrics": None,
    "record": None,
    "track_training": False,
    "alpha": 1.0,
    "l1_ratio": 0.0,
}
"""The linear model that networks are compared with, trained to its optimum.

It has the penalty of scikit-learn's `LogisticRegression()` and `Ridge()`, the baselines of
`separatrix.evaluate`: with the small penalty of a network, a linear model may fit every row.
"""


def architectures(
    depths: Iterable[int] = (0, 1, 2), widths: Iterable[int] = (2, 4, 8, 16, 32)
) -> list[Architecture]:
    """Return the hidden layer sizes of every depth with every width.

    Parameters
    ----------
    depths : iterable of int, default=(0, 1, 2)
        Numbers of hidden layers; 0 is logistic or linear regression, and has no width.
    widths : iterable of int, default=(2, 4, 8, 16, 32)
        Units of each hidden layer.

    Returns
    -------
    list of tuple of int
        For `hidden_layer_sizes`, from shallow to deep, each once.

    Raises
    ------
    ParameterError
        If a depth is below 0, a width is below 1, or there are none.

    Examples
    --------
    >>> architectures(depths=(0, 1, 2), widths=(2, 8))
    [(), (2,), (8,), (2, 2), (8, 8)]
    """
    for name, given in (("depths", depths), ("widths", widths)):
        if not isinstance(given, Iterable):
            raise ParameterError(name, f"must be a list of numbers, got {given!r}; write [{given!r}].")
    depths, widths = list(depths), list(widths)
    for depth in depths:
        check.integer("depths", depth, 0)
    for width in widths:
        check.integer("widths", width, 1)
    depths, widths = sorted(set(depths)), sorted(set(widths))
    sizes = [(width,) * depth for depth in depths for width in widths]
    if 0 in depths:
        sizes = [(), *sizes]
    if not sizes:
        name = "widths" if depths else "depths"
        raise ParameterError(name, "must not be empty, got []; give at least one number.")
    return list(dict.fromkeys(sizes))


def check_architectures(hidden_layer_sizes: Iterable[int | Sequence[int]]) -> list[Architecture]:
    """Return the architectures as tuples, each once; an int is one hidden layer.

    Raises
    ------
    ParameterError
        If there are none, or one is neither a number of units nor a sequence of numbers.
    """
    if isinstance(hidden_layer_sizes, str) or not isinstance(hidden_layer_sizes, Iterable):
        raise ParameterError(
            LAYERS,
            "must be a list of architectures such as [(), (8,), (8, 8)], or architectures(depths, widths), "
            f"got {hidden_layer_sizes!r}.",
        )
    found = [_architecture(sizes) for sizes in hidden_layer_sizes]
    if not found:
        raise ParameterError(LAYERS, "must not be empty, got none; give at least one architecture.")
    return list(dict.fromkeys(found))


def _architecture(sizes: int | Sequence[int]) -> Architecture:
    if isinstance(sizes, str):
        raise ParameterError(
            LAYERS, f"must hold numbers of units, such as (8, 8), got {sizes!r}; remove the quotes."
        )
    units = [sizes] if isinstance(sizes, int) or not isinstance(sizes, Iterable) else list(sizes)
    for n in units:
        check.integer(LAYERS, n, 1)
    return tuple(int(n) for n in units)


def make_space(
    estimator: Any, prefix: str, hidden_layer_sizes: Iterable[Any] | None, param_space: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values to try by the names of the estimator's parameters, the architectures first.

    Parameters
    ----------
    estimator : estimator or Pipeline
    prefix : str
        What precedes the names of the network's parameters in a pipeline: "mlpclassifier__", say.
    hidden_layer_sizes : iterable or None
        None is ``architectures()``.
    param_space : mapping
        The network's parameters may be named without the prefix.

    Raises
    ------
    ParameterError
        If there is no such parameter.
    """
    given = architectures() if hidden_layer_sizes is None else hidden_layer_sizes
    space: dict[str, Any] = {prefix + LAYERS: check_architectures(given)}
    known = frozenset(estimator.get_params())
    for name, values in param_space.items():
        if name in {LAYERS, prefix + LAYERS}:
            raise ParameterError(
                "param_space",
                f"must not have {name!r}, which is a parameter of its own; give the architectures there.",
            )
        space[full_name(known, prefix, name)] = values
    return space


def full_name(known: Collection[str], prefix: str, name: str) -> str:
    """Return a parameter's name with the name of its step.

    Raises
    ------
    ParameterError
        If it is not one of the `known` names.
    """
    for full in (prefix + name, name):
        if full in known:
            return full
    suggestion = did_you_mean(name, [option.removeprefix(prefix) for option in known])
    raise ParameterError("param_space", f"must name parameters of the estimator, got {name!r}.{suggestion}")


def draw_candidates(
    space: Mapping[str, Any], n_candidates: int | None, random_state: RandomState, layers: str
) -> list[Params]:
    """Return the parameters of the candidates, each combination once.

    If all values are lists, they are a grid. A grid with at most `n_candidates` points is tried whole. From
    any other space `n_candidates` are drawn, an equal number for every architecture.

    Parameters
    ----------
    space : mapping of str to list or distribution
        A distribution has a method `rvs`, as those of `scipy.stats`.
    n_candidates : int or None
        The maximum; None, if all values are lists, is the whole grid.
    random_state : RandomState
    layers : str
        The name of the architectures in the space.

    Returns
    -------
    list of dict

    Raises
    ------
    ParameterError
        If a list is empty, a value is neither a list nor a distribution, or `n_candidates` is missing.

    Examples
    --------
    >>> space = {"hidden_layer_sizes": [(), (4,)], "alpha": [0.0, 0.1]}
    >>> for params in draw_candidates(space, None, RandomState(0), "hidden_layer_sizes"):
    ...     print(params)
    {'alpha': 0.0, 'hidden_layer_sizes': ()}
    {'alpha': 0.0, 'hidden_layer_sizes': (4,)}
    {'alpha': 0.1, 'hidden_layer_sizes': ()}
    {'alpha': 0.1, 'hidden_layer_sizes': (4,)}
    """
    for name, values in space.items():
        _check_values(name, values)
    distributions = [name for name, values in space.items() if hasattr(values, "rvs")]
    if not distributions:
        grid = ParameterGrid(dict(space))
        if n_candidates is None or len(grid) <= n_candidates:
            return _each_once(list(grid))
    if n_candidates is None:
        raise ParameterError(
            "n_candidates",
            f"must be a number where {distributions[0]!r} is a distribution, got None; give, say, 100.",
        )
    return _each_once(_draw(space, n_candidates, random_state, layers))


def _draw(
    space: Mapping[str, Any], n_candidates: int, random_state: RandomState, layers: str
) -> list[Params]:
    sizes = list(space[layers])
    others = {name: values for name, values in space.items() if name != layers}
    order = random_state.permutation(len(sizes))
    found: list[Params] = []
    for position, index in enumerate(order):
        n_draws = n_candidates // len(order) + (position < n_candidates % len(order))
        if n_draws:
            drawn = ParameterSampler(others, n_draws, random_state=random_state)
            found += [{layers: sizes[index], **params} for params in (drawn if others else [{}])]
    return found


def _check_values(name: str, values: Any) -> None:
    if hasattr(values, "rvs"):
        return
    if isinstance(values, str) or not (isinstance(values, Sequence) or hasattr(values, "__array__")):
        raise ParameterError(
            f"param_space[{name!r}]",
            f"must be a list of values or a distribution of scipy.stats, got {values!r}; write [{values!r}] "
            "for a single value.",
        )
    if len(values) == 0:
        raise ParameterError(f"param_space[{name!r}]", f"must not be empty, got {values!r}; give a value.")


def _each_once(candidates: Sequence[Mapping[str, Any]]) -> list[Params]:
    """Return the candidates without repetitions."""
    found: dict[str, Params] = {}
    for params in candidates:
        found.setdefault(params_key(params), dict(params))
    return list(found.values())


def params_key(params: Mapping[str, Any]) -> str:
    """Return a text that is the same for equal parameters, also if they are large arrays or objects."""
    return ", ".join(f"{name}={_value_key(value)}" for name, value in sorted(params.items()))


def _value_key(value: Any) -> str:
    if isinstance(value, bool | int | float | str | None):
        return repr(value)
    try:
        return str(joblib.hash(value))
    except (PicklingError, TypeError, AttributeError):  # a function without a name, say
        return f"{type(value).__name__} {id(value)}"
