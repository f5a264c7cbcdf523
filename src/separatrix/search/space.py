"""Space: the settings that a search draws its candidates from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pickle import PicklingError
from typing import Any

import joblib
from numpy.random import RandomState
from sklearn.model_selection import ParameterGrid, ParameterSampler

from separatrix.errors import ParameterError, did_you_mean
from separatrix.search.hidden_layers import architectures, check_architectures

Params = dict[str, Any]

LAYERS = "hidden_layer_sizes"


def make_space(
    estimator: Any, prefix: str, hidden_layer_sizes: Iterable[Any] | None, param_space: Mapping[str, Any]
) -> dict[str, Any]:
    """Return names of the estimator's parameters to their values, the architectures first.

    Parameters
    ----------
    estimator : estimator or Pipeline
    prefix : str
        What stands before the names of the network's settings.
    hidden_layer_sizes : iterable or None
        None is ``architectures()``.
    param_space : mapping
        Names of the network's settings may stand in it without the prefix.

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
                f"param_space must not have {name!r}, which is a parameter of its own; give the "
                "architectures there."
            )
        space[full_name(known, prefix, name)] = values
    return space


def full_name(known: Collection[str], prefix: str, name: str) -> str:
    """Return the name of a parameter with that of its step.

    Raises
    ------
    ParameterError
        If it is not among the `known` ones.
    """
    for full in (prefix + name, name):
        if full in known:
            return full
    raise ParameterError(
        f"param_space must name parameters of the estimator, got {name!r}."
        f"{did_you_mean(name, [option.removeprefix(prefix) for option in known])}"
    )


def draw_candidates(
    space: Mapping[str, Any], n_candidates: int | None, random_state: RandomState, layers: str
) -> list[Params]:
    """Return settings to try, each once.

    Lists alone make a grid, which is tried whole if it has no more than `n_candidates` points. Anything else
    is drawn, with the architectures taken in turn, so that each gets its share.

    Parameters
    ----------
    space : mapping
        Of names to lists, or to distributions with a method `rvs`.
    n_candidates : int or None
        At most so many; None, for lists alone, is the whole grid.
    random_state : RandomState
    layers : str
        The name of the architectures in the space.

    Returns
    -------
    list of dict

    Raises
    ------
    ParameterError
        If a list is empty, something is no list nor distribution, or `n_candidates` is missing.

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
    is_grid = not any(hasattr(values, "rvs") for values in space.values())
    if n_candidates is None and not is_grid:
        drawn = next(name for name, values in space.items() if hasattr(values, "rvs"))
        raise ParameterError(
            f"n_candidates must be a number where {drawn!r} is a distribution, got None; give, say, 100."
        )
    if is_grid:
        grid = ParameterGrid(dict(space))
        if n_candidates is None or len(grid) <= n_candidates:
            return _each_once(list(grid))
    assert n_candidates is not None
    return _each_once(_draw(space, n_candidates, random_state, layers))


def _draw(
    space: Mapping[str, Any], n_candidates: int, random_state: RandomState, layers: str
) -> list[Params]:
    architectures = list(space[layers])
    others = {name: values for name, values in space.items() if name != layers}
    order = random_state.permutation(len(architectures))
    found: list[Params] = []
    for position, index in enumerate(order):
        share = n_candidates // len(order) + (position < n_candidates % len(order))
        if share:
            drawn = ParameterSampler(others, share, random_state=random_state)
            found += [{layers: architectures[index], **params} for params in (drawn if others else [{}])]
    return found


def _check_values(name: str, values: Any) -> None:
    if hasattr(values, "rvs"):
        return
    if isinstance(values, str) or not (isinstance(values, Sequence) or hasattr(values, "__array__")):
        raise ParameterError(
            f"param_space[{name!r}] must be a list of values or a distribution of scipy.stats, got "
            f"{values!r}; write [{values!r}] for a single value."
        )
    if len(values) == 0:
        raise ParameterError(f"param_space[{name!r}] must not be empty, got {values!r}; give a value to try.")


def _each_once(candidates: Sequence[Mapping[str, Any]]) -> list[Params]:
    """Return the candidates without repetitions."""
    found: dict[str, Params] = {}
    for params in candidates:
        found.setdefault(identity(params), dict(params))
    return list(found.values())


def identity(values: Mapping[str, Any]) -> str:
    """Return a text that equal settings share, large arrays and objects among them."""
    return ", ".join(f"{name}={_identity(value)}" for name, value in sorted(values.items()))


def _identity(value: Any) -> str:
    if isinstance(value, bool | int | float | str | None):
        return repr(value)
    try:
        return str(joblib.hash(value))
    except (PicklingError, TypeError, AttributeError):  # a function that has no name, say
        return f"{type(value).__name__} {id(value)}"
