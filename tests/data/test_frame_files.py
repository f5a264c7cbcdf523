from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from separatrix.data import read_table
from separatrix.data.frame_files import write_pieces
from separatrix.errors import DataError, OutputError

KINDS = {"n": "whole", "x": "number", "yes": "truth", "t": "text"}
PIECES = [
    {"n": [1, 2], "x": [0.5, 1.0], "yes": [True, False], "t": ["a", None], "new": [1.0, 2.0]},
    {"n": [3, None], "x": [None, 2.0], "yes": [True, True], "t": ["b,c", "d"], "new": [3.0, 4.0]},
    {"n": [None], "x": [None], "yes": [False], "t": [None], "new": [5.0]},
]


@pytest.mark.parametrize("extension", [".csv", ".tsv", ".parquet", ".jsonl", ".csv.gz", ".parquet.gz"])
def test_pieces_become_one_table(tmp_path, extension):
    write_pieces(iter(PIECES), tmp_path / f"t{extension}", KINDS)
    table = read_table(tmp_path / f"t{extension}")
    assert table.columns["t"].tolist() == ["a", None, "b,c", "d", None]
    np.testing.assert_array_equal(table.columns["n"], [1, 2, 3, np.nan, np.nan])
    np.testing.assert_array_equal(table.columns["x"], [0.5, 1, np.nan, 2, np.nan])
    assert table.columns["yes"].tolist() == [True, False, True, True, False]
    assert table.columns["new"].tolist() == [1, 2, 3, 4, 5]


def test_types_are_those_of_the_whole_table(tmp_path):
    write_pieces(iter(PIECES), tmp_path / "t.parquet", KINDS)
    schema = pl.read_parquet_schema(tmp_path / "t.parquet")
    assert [schema[name] for name in KINDS] == [pl.Int64, pl.Float64, pl.Boolean, pl.String]


@pytest.mark.parametrize("extension", [".csv", ".parquet"])
def test_nothing_is_left_where_a_piece_fails(tmp_path, extension):
    def pieces():
        yield PIECES[0]
        raise DataError("no more")

    with pytest.raises(DataError, match="no more"):
        write_pieces(pieces(), tmp_path / f"t{extension}", KINDS)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_extension(tmp_path):
    with pytest.raises(OutputError, match="its extension is that of no table file"):
        write_pieces(iter(PIECES), tmp_path / "t.doc", KINDS)
