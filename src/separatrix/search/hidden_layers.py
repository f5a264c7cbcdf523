"""Architectures: the hidden layers that a search tries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from separatrix import check
from separatrix.errors import ParameterError

Architecture = tuple[int, ...]


def architectures(
    depths: Iterable[int] = (0, 1, 2), widths: Iterable[int] = (2, 4, 8, 16, 32)
) -> list[Architecture]:
    """Return the hidden layers of every depth with every width.

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
        If a depth is below 0, a width below 1, or there are none.

    Examples
    --------
    >>> architectures(depths=(0, 1, 2), widths=(2, 8))
    [(), (2,), (8,), (2, 2), (8, 8)]
    """
    for name, given in (("depths", depths), ("widths", widths)):
        if not isinstance(given, Iterable):
            raise ParameterError(f"{name} must be a list of numbers, got {given!r}; write [{given!r}].")
    depths, widths = list(depths), list(widths)
    for depth in depths:
        check.integer("depths", depth, 0)
    for width in widths:
        check.integer("widths", width, 1)
    depths, widths = sorted(set(depths)), sorted(set(widths))
    found = [(width,) * depth for depth in depths for width in widths]
    if not found and 0 not in depths:
        raise ParameterError(
            f"depths and widths must not be empty, got {depths!r} and {widths!r}; give at least one of each."
        )
    return list(dict.fromkeys([*[()] * (0 in depths), *found]))


def check_architectures(hidden_layer_sizes: Iterable[int | Sequence[int]]) -> list[Architecture]:
    """Return the architectures as tuples, each once; an int is one hidden layer.

    Raises
    ------
    ParameterError
        If there are none, or one is no number of units or sequence of such.
    """
    if isinstance(hidden_layer_sizes, str) or not isinstance(hidden_layer_sizes, Iterable):
        raise ParameterError(
            "hidden_layer_sizes must be a list of architectures such as [(), (8,), (8, 8)], or "
            f"architectures(depths, widths), got {hidden_layer_sizes!r}."
        )
    found = [_architecture(sizes) for sizes in hidden_layer_sizes]
    if not found:
        raise ParameterError("hidden_layer_sizes must not be empty, got none; give an architecture to try.")
    return list(dict.fromkeys(found))


def _architecture(sizes: int | Sequence[int]) -> Architecture:
    if isinstance(sizes, str):
        raise ParameterError(
            f"hidden_layer_sizes must hold numbers of units, such as (8, 8), got {sizes!r}; leave the quotes "
            "out."
        )
    units = [sizes] if isinstance(sizes, int) or not isinstance(sizes, Iterable) else list(sizes)
    for n in units:
        check.integer("hidden_layer_sizes", n, 1)
    return tuple(int(n) for n in units)
