"""One pass over pieces learns the same as two passes over the whole table."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from separatrix.data import Table, TableEncoder
from separatrix.data.column_encoders import NumericEncoder, TextEncoder
from separatrix.data.encoder_learning import learn
from separatrix.data.statistics import NumberStatistics, TargetStatistics, TextStatistics
from separatrix.data.streams import TableStream, row_keys
from separatrix.errors import DataError

floats = st.one_of(st.just(float("nan")), st.floats(allow_nan=False, allow_infinity=False))


def learned(table, target="target", **options):
    return learn(TableStream(table).cut(256), target, 1, **options)


def two_pass_encoder(values, name="x"):
    """Return the encoder of numbers by the definitions: fill with the median, then mean and deviation."""
    exponent = int(np.frexp(np.nanmax(np.abs(values)))[1])
    shrunk = np.ldexp(values, -exponent)  # exact; the sums do not overflow
    fill = np.median(shrunk[~np.isnan(shrunk)])
    filled = np.where(np.isnan(shrunk), fill, shrunk)
    constant = filled.min() == filled.max()
    mean, scale = (fill, 0.0) if constant else (filled.mean(), float(np.ldexp(filled.std(), exponent)))
    fill, mean = (float(np.ldexp(number, exponent)) for number in (fill, mean))
    return NumericEncoder(name, fill, mean, scale or 1.0, bool(np.isnan(values).any()))


def counted_encoder(cells, name):
    """Return the encoder of text by the definition: the 50 most frequent levels."""
    counts = Counter(cell for cell in cells if cell is not None)
    levels = sorted(counts, key=lambda level: (-counts[level], level))
    return TextEncoder(name, tuple(sorted(levels[:50])), None in cells, len(levels) > 50)


def assert_same_encoder(left, right):
    assert left.dropped == right.dropped
    assert left.feature_names_out == right.feature_names_out
    for one, other in zip(left.columns, right.columns, strict=True):
        if one.kind == "text":
            assert one == other
        else:
            assert one.fill == other.fill
            np.testing.assert_allclose([one.mean, one.scale], [other.mean, other.scale], rtol=1e-10)


def test_the_encoder_is_that_of_the_whole_table():
    draw, n = np.random.RandomState(0), 1000
    columns = {
        "x": draw.normal(1e6, 1.0, n),
        "gaps": np.where(draw.rand(n) < 0.3, np.nan, draw.exponential(size=n)),
        "huge": draw.choice([1e308, -1e308, 3e307], n),
        "constant": np.full(n, 0.1),
        "none": np.full(n, np.nan),
        "truth": draw.rand(n) < 0.2,
        "text": draw.choice(["a", "b", None], n),
        "many": np.array([f"m{i}" for i in draw.zipf(1.5, n) % 200], dtype=object),
        "id": np.array([f"id{i}" for i in range(n)], dtype=object),
        "target": draw.choice(["no", "yes"], n),
    }
    encoder, target = learned(Table(columns))
    features = Table({name: column for name, column in columns.items() if name != "target"})
    expected = TableEncoder(
        tuple(
            two_pass_encoder(features.columns[name].astype(float), name)
            if kind == "numeric"
            else counted_encoder(columns[name].tolist(), name)
            for name, kind in [(column.name, column.kind) for column in encoder.columns]
        ),
        {"none": "has no value in any row", "id": "is text with 1000 different values in 1000 rows"},
    )
    assert_same_encoder(encoder, expected)
    assert_same_encoder(TableEncoder.fit(features.columns), expected)
    assert target.labels().classes.tolist() == ["no", "yes"]
    assert target.counts() == [(columns["target"] == label).sum() for label in ("no", "yes")]


@pytest.mark.slow
@example([[0.0], [2e-180]])
@given(st.lists(st.lists(floats, min_size=1, max_size=30), min_size=1, max_size=6))
def test_moments_and_median_are_those_of_all_values(pieces):
    values = np.concatenate([np.array(piece) for piece in pieces])
    if np.isnan(values).all():
        return
    statistics = NumberStatistics()
    for piece in pieces:
        statistics.add(np.array(piece), row_keys(0, 0, len(piece)))
    expected = two_pass_encoder(values)
    found = NumericEncoder.from_statistics("x", statistics)
    assert (found.fill, found.indicator) == (expected.fill, expected.indicator)
    size = max(np.nanmax(np.abs(values)), 1e-300)
    assert abs(found.mean - expected.mean) <= 1e-12 * size
    if expected.scale != 1.0 and expected.scale > 1e-6 * size:
        assert abs(found.scale / expected.scale - 1) <= 1e-9


def test_the_median_of_many_values_is_near_the_middle():
    statistics, draw = NumberStatistics(median_rows=4000), np.random.RandomState(0)
    values = draw.permutation(np.arange(100_000.0))
    for start in range(0, len(values), 7000):
        piece = values[start : start + 7000]
        statistics.add(piece, row_keys(3, start, len(piece)))
    assert 0 < abs(statistics.median / 50_000 - 1) < 4 / np.sqrt(4000)
    assert len(statistics._sample) == 4000


def test_of_rows_left_out_only_the_labels_are_learned():
    table = Table({"x": [0.0, 1.0, 100.0], "target": ["a", "b", "c"]})
    last = row_keys(1, 2, 1)[0]
    encoder, target = learned(table, is_left_out=lambda keys: keys == last)
    assert encoder.columns[0].mean == 0.5
    assert target.labels().classes.tolist() == ["a", "b", "c"]
    assert target.counts() == [1, 1, 0]


def test_frequent_levels_are_kept_if_there_are_many():
    statistics = TextStatistics(max_levels=100)
    for start in range(0, 20_000, 500):
        rare = [f"r{i}" for i in range(start // 4, start // 4 + 100)]
        statistics.add(np.array(rare * 2 + ["often"] * 200 + ["also"] * 100, dtype=object))
    assert statistics.reason_to_drop() is None
    encoder = TextEncoder.from_statistics("t", statistics, 50)
    assert {"often", "also"} <= set(encoder.levels)
    assert encoder.other
    assert len(statistics.counts) <= 200


def test_identifiers_are_dropped_and_take_little_memory():
    statistics = TextStatistics(max_levels=100)
    for start in range(0, 5000, 500):
        statistics.add(np.array([f"id{i}" for i in range(start, start + 500)], dtype=object))
        assert len(statistics.counts) <= 200
    reason = re.fullmatch(
        r"is text with about (\d+) different values in 5000 rows", statistics.reason_to_drop()
    )
    assert abs(int(reason[1]) - 5000) < 1500


@pytest.mark.parametrize("is_sorted", [True, False])
def test_all_rows_decide_whether_text_is_dropped(is_sorted):
    cells = np.array([f"id{i}" for i in range(500)] + ["often"] * 2000, dtype=object)
    if not is_sorted:
        cells = np.random.RandomState(0).permutation(cells)
    statistics = TextStatistics(max_levels=100)
    for piece in np.split(cells, 5):
        statistics.add(piece)
    assert statistics.reason_to_drop() is None
    assert "often" in TextEncoder.from_statistics("t", statistics, 50).levels


def test_labels_alone_count_for_the_kind_of_a_target():
    target = TargetStatistics("y", "number")
    target.add(np.array([0, 1, 1]))
    target.add_labels(np.array([0.5]))
    assert not target.are_whole
    assert target.n_labels is None


def test_keys_are_spread_evenly():
    shares = row_keys(5, 10**9, 100_000) / 2.0**64
    counts = np.histogram(shares, 20, (0, 1))[0]
    assert abs(counts - 5000).max() < 5 * np.sqrt(5000)
    assert len(np.unique(row_keys(5, 0, 1000))) == 1000
    assert (row_keys(5, 0, 10) != row_keys(6, 0, 10)).all()


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"x": [1.0, np.inf], "target": [0, 1]}, r"column 'x' has the infinite value inf in row 2"),
        (
            {"x": [1.0, 2.0], "target": ["a", None]},
            r"column 'target' is empty in 1 of 2 rows \(first: row 2\)",
        ),
        ({"x": [np.nan, np.nan], "target": [0, 1]}, r"no column is left to learn from: 'x' has no value"),
    ],
)
def test_errors(columns, sentence):
    with pytest.raises(DataError, match=sentence):
        learned(Table(columns))
