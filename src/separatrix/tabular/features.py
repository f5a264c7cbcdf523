"""Features: the codes of a table's columns, fitted once for all networks, and their arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.data.coded_rows import CodedRows
from separatrix.data.codes import (
    Code,
    LevelCode,
    MissingCode,
    PiecewiseLinearCode,
    QuantileCode,
    RobustCode,
    StandardCode,
)
from separatrix.data.column import Column, is_text, missing_rows
from separatrix.data.encoder import TableEncoder
from separatrix.data.schema import Schema
from separatrix.data.target_codes import cross_fitted, target_values
from separatrix.network import Network, PeriodicEmbedding
from separatrix.tabular import recipe
from separatrix.tabular.recipe import Configuration

Array = NDArray[Any]

CROSS_FIT_PARTS = 5
MAX_LEVELS = 100
BLOCKS = ("standard", "robust", "quantile", "missing", "fine", "levels")
CODED = ("fine", "levels")
LEAST_CODED = 128
"""From this number of features in coded blocks on, rows stay coded: fewer are as quick as a plain array."""


@dataclass(frozen=True)
class Features:
    """The codes of all columns, and what they make of the training rows.

    Attributes
    ----------
    codes : dict of str to tuple of Code
        For each of `BLOCKS`.
    arrays : dict of str to float32 ndarray of shape (n_rows, n_features)
        The training rows in the codes of each block of single features.
    coded : dict of str to CodedRows
        The training rows in the codes of "fine" and "levels".
    levels : dict of str to int ndarray of shape (n_rows,)
        The level of each training row in each text column.
    schema : Schema or None
        What made the columns of those of a table.
    empty : tuple of str
        The columns without any value, which are left out.
    """

    codes: Mapping[str, tuple[Code, ...]]
    arrays: Mapping[str, Array]
    coded: Mapping[str, CodedRows]
    levels: Mapping[str, Array]
    schema: Schema | None = None
    empty: tuple[str, ...] = ()
    _encoders: dict[tuple[str, ...], TableEncoder] = field(default_factory=dict)

    @classmethod
    def fit(
        cls, columns: Mapping[str, Column], weight: Array | None = None, schema: Schema | None = None
    ) -> Features:
        """Fit all codes that do not look at the target; columns without any value are left out."""
        codes = fit_codes(columns, weight)
        arrays = {block: encode(codes[block], columns) for block in BLOCKS if block not in CODED}
        coded = {block: encode_together(codes[block], columns) for block in CODED}
        levels = {
            code.name: code.codes(columns[code.name])
            for code in codes["levels"]
            if isinstance(code, LevelCode)
        }
        empty = tuple(name for name, column in columns.items() if missing_rows(column).all())
        return cls(codes, arrays, coded, levels, schema, empty)

    @property
    def has_features(self) -> bool:
        """Whether there is anything to learn from."""
        return any(self.codes.values())

    def n_features(self, configuration: Configuration) -> int:
        """Return how many inputs a network has, without the codes of the target."""
        return sum(len(code.feature_names) for code in self._codes(configuration))

    def _codes(self, configuration: Configuration) -> tuple[Code, ...]:
        return tuple(code for block in blocks_of(configuration) for code in self.codes[block])

    def encoder(self, configuration: Configuration) -> TableEncoder:
        """Return the encoder of a network's inputs: the same object for the same blocks."""
        blocks = blocks_of(configuration)
        if blocks not in self._encoders:
            codes = self._codes(configuration)
            empty = dict.fromkeys(self.empty, "it has no value")
            dropped = empty if self.schema is None else self.schema.dropped
            self._encoders[blocks] = TableEncoder(codes, dropped, self.schema)
        return self._encoders[blocks]

    def embedding(self, configuration: Configuration) -> PeriodicEmbedding | None:
        """Return the embedding of a network's numbers, whose scaled values are the first inputs."""
        n_numeric = len(self.codes["robust"])
        n_frequencies = recipe.n_frequencies(n_numeric)
        if not configuration.sigma or not n_frequencies:
            return None
        return PeriodicEmbedding(n_frequencies, configuration.sigma, tuple(range(n_numeric)))

    def has_inputs_of(self, configuration: Configuration) -> bool:
        """Whether networks of a configuration get what it names: without sines they would be of another."""
        return not configuration.sigma or self.embedding(configuration) is not None

    def inputs(
        self, configuration: Configuration, rows: Array, of_target: Array | None = None
    ) -> Array | CodedRows:
        """Return training rows as a network takes them; `of_target`, the codes of the target, come first.

        Coded rows where there are so many features that a first layer is quicker for it.
        """
        blocks = blocks_of(configuration)
        plain = [self.arrays[block][rows] for block in blocks if block not in CODED]
        first = [] if of_target is None else [of_target]
        coded = [self.coded[block][rows] for block in blocks if block in CODED]
        joined = CodedRows.joined(np.hstack([*first, *plain]), coded)
        return joined if len(joined.center) >= LEAST_CODED else joined.toarray()

    @cached_property
    def target_coded(self) -> tuple[LevelCode, ...]:
        """The text columns whose levels are also coded by the target: of two levels, one feature says all."""
        codes = self.codes["levels"]
        return tuple(code for code in codes if isinstance(code, LevelCode) and len(code.levels) > 2)

    def target_codes(
        self, rows: Array, held_out: Array, targets: Array, weight: Array | None, random_state: RandomState
    ) -> tuple[list[Array], Array, Array]:
        """Return what each level says of the target, and the features of some rows and of held-out rows.

        The rows themselves are coded in parts, each by what the others say: a row's own target is not in its
        feature.

        Returns
        -------
        tables : list of ndarray of shape (n_levels, k)
            One for each of `target_coded`.
        seen, unseen : float32 ndarray of shape (n_rows, n_features)
        """
        part = random_state.permutation(len(rows)) % CROSS_FIT_PARTS
        mine = targets[rows], None if weight is None else weight[rows]
        tables, seen, unseen = [], [], []
        for code in self.target_coded:
            indices, n_levels = self.levels[code.name], len(code.levels)
            table = target_values(indices[rows], n_levels, *mine)
            with_none = np.vstack([table, np.zeros(table.shape[1])])  # the last, index -1: no level
            tables.append(table)
            seen.append(cross_fitted(indices[rows], n_levels, mine[0], part, mine[1]))
            unseen.append(with_none[indices[held_out]])
        return tables, _stacked(seen, len(rows)), _stacked(unseen, len(held_out))

    def without_target_codes(self, network: Network, theta: Array, tables: list[Array]) -> Array:
        """Return the parameters of the network that needs no features of `target_codes`.

        Such a feature is a number for each level, so that its weights can be added to those of the levels.
        """
        weights, biases = network.split(theta)
        ends = np.cumsum([table.shape[1] for table in tables])
        w = weights[0][ends[-1] :].copy()
        start = len(w) - sum(len(code.feature_names) for code in self.codes["levels"])
        added = iter(np.vsplit(weights[0][: ends[-1]], ends[:-1]))
        of_level = dict(zip((code.name for code in self.target_coded), tables, strict=True))
        for code in self.codes["levels"]:
            stop = start + len(code.feature_names)
            if code.name in of_level:
                w[start:stop] += (of_level[code.name] @ next(added)).astype(w.dtype)
            start = stop
        parts = zip([w, *weights[1:]], biases, strict=True)
        return np.concatenate([part.ravel() for pair in parts for part in pair])


def blocks_of(configuration: Configuration) -> tuple[str, ...]:
    """Return the blocks of a network's inputs, in order: those of coded features come last."""
    used = {*configuration.blocks, "missing", "levels"}
    used |= set() if "standard" in used else {"robust"}
    return tuple(block for block in BLOCKS if block in used)


def fit_codes(columns: Mapping[str, Column], weight: Array | None) -> dict[str, tuple[Code, ...]]:
    """Fit the codes of each block."""
    present = {name: column for name, column in columns.items() if not missing_rows(column).all()}
    text = [name for name, column in present.items() if is_text(column)]
    numeric = [name for name in present if name not in text]
    n_rows = len(next(iter(columns.values())))
    fine = recipe.n_bins(len(numeric), n_rows)
    return {
        "standard": tuple(StandardCode.fit(present[name], name, weight) for name in numeric),
        "robust": tuple(RobustCode.fit(present[name], name, weight) for name in numeric),
        "fine": _piecewise(present, numeric, fine, weight),
        "quantile": tuple(QuantileCode.fit(present[name], name, weight) for name in numeric),
        "missing": tuple(MissingCode(name) for name in numeric if missing_rows(present[name]).any()),
        "levels": tuple(LevelCode.fit(present[name], name, MAX_LEVELS, weight) for name in text),
    }


def encode_together(codes: Sequence[Code], columns: Mapping[str, Column]) -> CodedRows:
    """Return rows in codes of many features, float32."""
    none = np.empty((len(next(iter(columns.values()))), 0), np.float32)
    parts = [
        code.coded(columns[code.name], np.float32)
        for code in codes
        if isinstance(code, PiecewiseLinearCode | LevelCode)
    ]
    return CodedRows.joined(none, parts)


def encode(codes: Sequence[Code], columns: Mapping[str, Column]) -> Array:
    """Return rows in some codes, float32 of shape (n_rows, n_features)."""
    n_rows = len(next(iter(columns.values())))
    out = np.zeros((n_rows, sum(len(code.feature_names) for code in codes)), np.float32)
    start = 0
    for code in codes:
        stop = start + len(code.feature_names)
        code.encode(columns[code.name], out[:, start:stop])
        start = stop
    return out


def check_cells(column: Column, name: str) -> None:
    """Raise a TypeError for a cell that is no number and no text, as scikit-learn does."""
    if column.dtype != object:
        return
    for row, cell in enumerate(column.tolist()):
        if cell is not None and not isinstance(cell, str | Real | np.bool):
            raise TypeError(
                f"argument must be a string or a number, got {type(cell).__name__} in column '{name}', row "
                f"{row + 1}."
            )


def _piecewise(
    columns: Mapping[str, Column], names: Iterable[str], n_bins: int, weight: Array | None
) -> tuple[Code, ...]:
    if n_bins == 0:
        return ()
    fitted = (PiecewiseLinearCode.fit(columns[name], name, n_bins, weight) for name in names)
    return tuple(code for code in fitted if code is not None)


def _stacked(arrays: list[Array], n_rows: int) -> Array:
    return np.hstack([np.empty((n_rows, 0)), *arrays]).astype(np.float32)
