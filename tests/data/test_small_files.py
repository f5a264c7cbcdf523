from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from separatrix.data.small_files import MANY
from separatrix.data.stream_sources import open_stream
from separatrix.errors import DataError


def read(stream, name):
    return np.concatenate([column for piece in stream.pieces for _, column in stream.read(piece, [name])])


def write(folder, frames):
    for number, frame in enumerate(frames):
        frame.write_parquet(folder / f"{number:02d}.parquet")
    return str(folder / "*.parquet")


def test_small_files_are_one(tmp_path):
    frames = [pl.DataFrame({"a": [float(i)], "t": [f"{i}"]}) for i in range(MANY)]
    with open_stream(write(tmp_path, frames), 10**6) as stream:
        assert len(stream.pieces) == 1
        assert stream.names == (f"'{tmp_path / '00.parquet'}' to '{tmp_path / f'{MANY - 1}.parquet'}'",)
        assert read(stream, "a").tolist() == list(range(MANY))
        assert read(stream, "t").tolist() == list(map(str, range(MANY)))


def test_large_files_and_other_types_stay_between_them_in_order(tmp_path):
    frames = [pl.DataFrame({"a": [i]}) for i in range(MANY)]
    frames[3] = pl.DataFrame({"a": [3] * 5000})
    frames[7] = pl.DataFrame({"a": [7]}, schema={"a": pl.Int8})
    with open_stream(write(tmp_path, frames), 10**6) as stream:
        assert len(stream.names) == 5
        assert read(stream, "a").tolist() == [0, 1, 2, *[3] * 5000, *range(4, MANY)]
        assert stream.originals(stream.pieces[0])["a"].dtype == pl.Int64


def test_columns_in_another_order_are_those_of_the_first_file(tmp_path):
    frames = [pl.DataFrame({"a": [float(i)], "b": [i + 0.5]}) for i in range(MANY)]
    frames[5] = frames[5].select("b", "a")
    with open_stream(write(tmp_path, frames), 10**6) as stream:
        assert len(stream.pieces) == 1
        assert list(stream.originals(stream.pieces[0])) == ["a", "b"]
        assert read(stream, "a").tolist() == list(range(MANY))
        assert read(stream, "b").tolist() == [i + 0.5 for i in range(MANY)]


def test_a_file_of_them_without_a_column_is_named(tmp_path):
    frames = [pl.DataFrame({"a": [i]}) for i in range(MANY)]
    frames[5] = pl.DataFrame({"b": [5]})
    pattern = write(tmp_path, frames)
    with pytest.raises(DataError, match=r"05\.parquet' lacks the column 'a'"), open_stream(pattern, 10**6):
        pass
