"""PeriodicEmbedding: trained sines and cosines of the inputs, before the first layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import ParameterError

Array = NDArray[Any]

KIND = "periodic"


@dataclass(frozen=True)
class PeriodicEmbedding:
    """Sines and cosines of the inputs, whose frequencies are trained.

    Of an input ``x`` with the frequencies ``c_1``, ``c_2``, … the first layer gets ``sin(2 pi c_k x)`` and
    ``cos(2 pi c_k x)``, then ``x`` itself. With them a network learns steps and bends along single
    inputs, which it learns slowly from ``x`` alone. Inputs should be on one scale, such as standardised ones.

    Parameters
    ----------
    n_frequencies : int, default=8
        Number of frequencies of each input, at least 1.
    sigma : float, default=0.1
        Standard deviation of the first frequencies, which are normally distributed about 0. A larger one
        learns sharper steps, and overfits sooner.
    columns : sequence of int, optional
        Indices of the inputs that have an embedding, each once; None: all. Codes of text need none.

    References
    ----------
    Y. Gorishniy, I. Rubachev, A. Babenko: On embeddings for numerical features in tabular deep learning,
    NeurIPS 2022, section 3.3.

    Examples
    --------
    >>> from separatrix import Network
    >>> network = Network.mlp(2, (4,), 1, embedding=PeriodicEmbedding(3, columns=(0,)))
    >>> network.layout[0].n_in, network.n_parameters
    (8, 44)
    """

    n_frequencies: int = 8
    sigma: float = 0.1
    columns: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        check.integer("n_frequencies", self.n_frequencies, 1)
        check.number("sigma", self.sigma, 0.0, open_low=True)
        if self.columns is None:
            return
        if isinstance(self.columns, str) or not isinstance(self.columns, Sequence | np.ndarray):
            raise ParameterError("columns", f"must be a sequence of indices or None, got {self.columns!r}.")
        for index in self.columns:
            check.integer("columns", index, 0)
        columns = tuple(int(index) for index in self.columns)
        if not columns or len(set(columns)) < len(columns):
            raise ParameterError("columns", f"must hold one index or more, each once, got {columns}.")
        object.__setattr__(self, "columns", columns)

    def of_inputs(self, n_in: int) -> Sequence[int]:
        """Return the indices of the inputs that have an embedding.

        Raises
        ------
        ParameterError
            If there are fewer inputs.
        """
        if self.columns is None:
            return range(n_in)
        if max(self.columns) >= n_in:
            raise ParameterError(
                "columns",
                f"of the embedding must be indices of the {n_in} inputs, from 0, got {max(self.columns)}.",
            )
        return self.columns

    def first_frequencies(self, random_state: RandomState, n: int) -> Array:
        """Draw `n` frequencies."""
        return random_state.normal(0.0, self.sigma, n)

    def to_dict(self) -> dict[str, Any]:
        """Return the embedding as values that JSON can hold."""
        columns = None if self.columns is None else list(self.columns)
        return {
            "kind": KIND,
            "n_frequencies": int(self.n_frequencies),
            "sigma": float(self.sigma),
            "columns": columns,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PeriodicEmbedding:
        """Return the embedding that `to_dict` described."""
        check.choice("kind", values["kind"], (KIND,))
        return cls(values["n_frequencies"], values["sigma"], values["columns"])


def sines_and_cosines(frequencies: Array, x: Array) -> Array:
    """Return the sines of all inputs, then their cosines.

    Parameters
    ----------
    frequencies : ndarray of shape (..., n_columns * n_frequencies)
        Those of the first input first.
    x : ndarray of shape (..., n_rows, n_columns)

    Returns
    -------
    ndarray of shape (..., n_rows, 2 * n_columns * n_frequencies)

    Examples
    --------
    >>> sines_and_cosines(np.array([0.25, 0.5]), np.array([[1.0]])).round(3)
    array([[ 1.,  0.,  0., -1.]])
    """
    n_frequencies = frequencies.shape[-1] // x.shape[-1]
    turns = np.repeat(x, n_frequencies, axis=-1) * frequencies[..., np.newaxis, :]
    turns -= np.rint(turns)  # float32 keeps its digits
    turns *= 2 * np.pi
    return np.concatenate([np.sin(turns), np.cos(turns)], axis=-1)


def frequency_gradient(x: Array, embedded: Array, d: Array) -> Array:
    """Return the gradient of the frequencies, summed over rows.

    Parameters
    ----------
    x : ndarray of shape (n_rows, n_columns)
    embedded, d : ndarray of shape (n_rows, 2 * n_columns * n_frequencies)
        The result of `sines_and_cosines`, and the derivative with respect to it.
    """
    sines, cosines = np.split(embedded, 2, axis=1)
    of_sines, of_cosines = np.split(d, 2, axis=1)
    by_turns = cosines * of_sines - sines * of_cosines
    n_frequencies = sines.shape[1] // x.shape[1]
    gradient: Array = 2 * np.pi * (by_turns * np.repeat(x, n_frequencies, axis=1)).sum(axis=0)
    return gradient


def input_gradient(frequencies: Array, n_columns: int, embedded: Array, d: Array) -> Array:
    """Return the derivative with respect to the inputs, of shape (n_rows, n_columns).

    Parameters
    ----------
    frequencies : ndarray of shape (n_columns * n_frequencies,)
    n_columns : int
    embedded, d : ndarray of shape (n_rows, 2 * n_columns * n_frequencies)
        As of `frequency_gradient`.
    """
    sines, cosines = np.split(embedded, 2, axis=1)
    of_sines, of_cosines = np.split(d, 2, axis=1)
    by_turns = (cosines * of_sines - sines * of_cosines) * frequencies
    gradient: Array = 2 * np.pi * by_turns.reshape(len(d), n_columns, -1).sum(axis=2)
    return gradient
