"""Sampling: as many rows of a table larger than memory as an ensemble can be trained on in the memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.codes import Code
from separatrix.data.statistics import TargetStatistics
from separatrix.data.streams import Piece, Stream
from separatrix.data.table import Table
from separatrix.errors import DataError, ParameterError
from separatrix.estimators.table_source import TableSource, collected
from separatrix.estimators.table_target import Target
from separatrix.tabular import recipe
from separatrix.tabular.features import LEAST_CODED, fit_codes
from separatrix.tabular.recipe import Configuration

Array = NDArray[Any]

PROBE_ROWS = 2000
"""Rows of a first sample, from which the width of the codes is known."""

SHARE_OF_ROWS = 0.6
"""Of the memory for rows; the pieces that are read, and the test rows, take the rest."""

LIBRARIES = 40_000_000
"""Bytes for the libraries of the models beside the networks, besides the allowance for all others."""

MOST_TEST_ROWS = 20_000
"""Enough for narrow intervals; each is encoded for the networks and for the models beside them."""

LEAST_ROWS = 200
"""Fewest rows that an ensemble is trained on."""

LEAST_OF_CLASS = 100
"""Rows of each class in a sample, if there are as many."""

_KEYS = 2.0**64


@dataclass(frozen=True, eq=False)
class Sample:
    """Training rows, and what they are a sample of.

    Attributes
    ----------
    rows : Table
        With the target.
    target : Target
        Its statistics are those of all training rows.
    n_rows_read : int
        Training rows of the table.
    weight : ndarray of shape (n_rows,) or None
        So that classes of which a larger fraction was drawn count as they do in the table.
    test : Table or None
        Test rows of the same table.
    """

    rows: Table
    target: Target
    n_rows_read: int
    weight: Array | None = None
    test: Table | None = None


def draw_sample(
    source: TableSource,
    stream: Stream,
    test_stream: Stream | None,
    configurations: Sequence[Configuration],
) -> Sample:
    """Return as many training rows of a stream as the memory allows, and test rows.

    Rows are drawn by a hash of their number, the same fraction of every class, but at least 100 rows of a
    class if there are as many: these rows weigh less.

    Parameters
    ----------
    source : TableSource
        With a budget.
    stream : Stream
    test_stream : Stream or None
        Test rows of their own; without them, `source.test_size` of the rows are drawn from the stream.
    configurations : sequence of Configuration
        That of each network to be trained.
    """
    assert source.budget is not None
    if source.groups is not None:
        raise ParameterError("groups", "needs a table that is read whole; leave out memory.")
    share = source.test_size if test_stream is None else 0.0
    statistics = _statistics(stream, source, share)
    target = source.target_of(statistics)
    n_rows = statistics.n_rows
    probe = collected(stream, _Choice(source, share, min(1.0, PROBE_ROWS / max(n_rows, 1))))
    row_bytes = bytes_of_row(probe.drop(source.target), target.n_out, configurations)
    fixed = LIBRARIES + bytes_of_networks(probe.drop(source.target), target.n_out, configurations)
    most = max(LEAST_ROWS, int(SHARE_OF_ROWS * (source.budget.rows - fixed)) // row_bytes)
    source.budget.require(min(n_rows, LEAST_ROWS) * row_bytes // 2, f" for {LEAST_ROWS} rows of this width")
    held_out = source.budget.held_out // (16 * len(stream.kinds))
    held_out = min(max(LEAST_ROWS, held_out), MOST_TEST_ROWS)
    n_all = stream.n_rows if test_stream is None else test_stream.n_rows
    if test_stream is None:
        share = min(share, held_out / n_all)
        test = collected(stream, _Choice(source, 0.0, share)) if share else None
    else:
        test = collected(test_stream, _Choice(source, 0.0, min(1.0, held_out / n_all)))
    if test is not None and test.n_rows < 2:
        raise DataError("no rows are left to test on; raise test_size, or give more rows.")
    fraction = min(1.0, most / max(n_rows, 1))
    choice = _Choice(source, share, fraction)
    if target.labels is None or fraction == 1.0:
        return Sample(collected(stream, choice), target, n_rows, test=test)
    counts = np.array(target.statistics["class_counts"])
    fractions = np.minimum(1.0, np.maximum(fraction, LEAST_OF_CLASS / np.maximum(counts, 1)))
    rows = collected(stream, _ClassChoice(source, share, fractions, stream, target))
    codes = target.labels.encode_column(rows.columns[source.target], source.target)
    weight = (fraction / fractions)[codes]
    return Sample(rows, target, n_rows, None if (weight == 1.0).all() else weight, test)


def bytes_of_row(features: Table, n_out: int, configurations: Sequence[Configuration]) -> int:
    """Return the memory that one more training row takes: its codes, and what networks answer for it.

    All codes are held once, and each network that is trained has its own rows of them, cut out, stacked and
    turned into columns by the engine. Of many fine codes a column has two numbers. The sines and cosines of
    an embedding are computed of all held-out rows at once.
    """
    codes = fit_codes(features.columns, None)
    widths = _widths(codes)
    if widths["fine"] + widths["levels"] >= LEAST_CODED:
        widths["fine"] = 2 * len(codes["fine"])
    total = sum(widths.values())
    if any(one.sigma for one in configurations):
        total += _n_sines(codes)
    answers = 14 * len(configurations) * n_out // 5
    return 4 * (total + 5 * total + 4 * answers) + 64 * len(features.columns)


def bytes_of_networks(features: Table, n_out: int, configurations: Sequence[Configuration]) -> int:
    """Return the memory of the parameters of all networks at their snapshots; half have fine codes."""
    codes = fit_codes(features.columns, None)
    widths = _widths(codes)
    inputs = sum(widths.values()) - widths["fine"] // 2
    first, second = recipe.HIDDEN
    n_parameters = (inputs + 1) * first + (first + 1) * second + (second + 1) * n_out
    of_sines = _n_sines(codes) * first * sum(one.sigma > 0 for one in configurations)
    return 4 * recipe.N_SNAPSHOTS * (n_parameters * len(configurations) + of_sines)


def _n_sines(codes: Mapping[str, Sequence[Code]]) -> int:
    """Return the number of sines and cosines of an embedding of the numbers."""
    n_numeric = len(codes["robust"])
    return 2 * recipe.n_frequencies(n_numeric) * n_numeric


def _widths(codes: Mapping[str, Sequence[Code]]) -> dict[str, int]:
    """Return the number of features of each block."""
    return {block: sum(len(code.feature_names) for code in of_block) for block, of_block in codes.items()}


def _statistics(stream: Stream, source: TableSource, share: float) -> TargetStatistics:
    """Return the statistics of the target in the training rows."""
    statistics = TargetStatistics(source.target, stream.kinds[source.target])
    for piece in stream.pieces:
        left_out = piece.keys(source.seed) / _KEYS < share if share else None
        for _, column in stream.read(piece, [source.target]):
            with stream.located(piece):
                statistics.add(column, left_out)
    return statistics


@dataclass(frozen=True)
class _Choice:
    """The same fraction of the rows, after the share that is held out."""

    source: TableSource
    share: float
    fraction: float

    def __call__(self, piece: Piece) -> Array:
        keys = piece.keys(self.source.seed) / _KEYS
        return np.flatnonzero((keys >= self.share) & (keys < self.share + self.fraction * (1 - self.share)))


@dataclass(frozen=True)
class _ClassChoice:
    """A fraction of the rows of each class, after the share that is held out."""

    source: TableSource
    share: float
    fractions: Array
    stream: Stream
    target: Target

    def __call__(self, piece: Piece) -> Array:
        keys = piece.keys(self.source.seed) / _KEYS
        ((_, column),) = self.stream.read(piece, [self.target.name])
        labels = self.target.labels
        assert labels is not None
        codes = labels.encode_column(column, self.target.name)
        most = self.share + self.fractions[codes] * (1 - self.share)
        return np.flatnonzero((keys >= self.share) & (keys < most))
