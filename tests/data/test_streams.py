"""The pieces of a stream are the table that `read_table` reads, for files of every format and data frames."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from separatrix.data import Table, read_table, write_table
from separatrix.data.files.formats import is_larger
from separatrix.data.parquet_stream import ParquetFile
from separatrix.data.read_options import ReadOptions
from separatrix.data.stream_sources import open_stream
from separatrix.errors import DataError, OutputError

N = 5000
TABLE = Table(
    {
        "n": np.arange(N),
        "gap": np.where(np.arange(N) % 7 == 0, np.nan, np.arange(N)),
        "x": np.random.RandomState(0).normal(size=N),
        "yes": np.arange(N) % 2 == 0,
        "text": np.array([None if i % 5 == 0 else f'a "{i % 3}",\n;b' for i in range(N)], dtype=object),
    }
)


def whole(stream):
    pieces = [dict(stream.read(piece, list(stream.kinds))) for piece in stream.pieces]
    return Table({name: np.concatenate([piece[name] for piece in pieces]) for name in stream.kinds})


def assert_same(left, right):
    assert left.column_names == right.column_names
    for name, column in right.columns.items():
        np.testing.assert_array_equal(left.columns[name], column)


@pytest.mark.slow
@pytest.mark.parametrize("extension", [".csv", ".tsv", ".parquet"])
def test_pieces_are_the_table(tmp_path, extension):
    write_table(TABLE, tmp_path / f"t{extension}")
    with open_stream(tmp_path / f"t{extension}", 50_000) as stream:
        assert len(stream.pieces) > 5
        assert stream.n_rows == N
        assert [piece.first_row for piece in stream.pieces] == [
            sum(before.n_rows for before in stream.pieces[:i]) for i in range(len(stream.pieces))
        ]
        assert_same(whole(stream), read_table(tmp_path / f"t{extension}"))
        one = stream.pieces[3]
        ((name, column),) = stream.read(one, ["x"])
        np.testing.assert_array_equal(column, TABLE.columns[name][one.first_row : one.first_row + one.n_rows])


@pytest.mark.slow
def test_records_longer_than_a_chunk_of_a_csv_file_stay_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("separatrix.data.files.csv_files.CHUNK_BYTES", 64)
    draw = np.random.RandomState(0)
    cells = np.array(["1", "", '"a,b"', '"x\ny"', '"q ""w"""', '"' + "long\n" * 50 + '"'])
    lines = [",".join(draw.choice(cells, 3)) if draw.rand() > 0.05 else "" for _ in range(2000)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,c", *lines, ""]), encoding="utf-8")
    with open_stream(tmp_path / "t.csv", 10_000) as stream:
        assert len(stream.pieces) > 5
        assert_same(whole(stream), read_table(tmp_path / "t.csv"))
        assert stream.n_rows == sum(map(bool, lines))


@pytest.mark.parametrize("library", ["polars", "pandas", "lazy", "table"])
def test_frames_in_pieces(library):
    columns = {name: column.tolist() for name, column in TABLE.columns.items()}
    source = {
        "polars": lambda: pl.DataFrame(columns).fill_nan(None),
        "pandas": lambda: pd.DataFrame(columns),
        "lazy": lambda: pl.DataFrame(columns).fill_nan(None).lazy().filter(pl.col("n") >= 0),
        "table": lambda: TABLE,
    }[library]()
    with open_stream(source, 10**6) as stream:
        assert_same(whole(stream), TABLE)
        assert len(stream.cut(700).pieces) > 5
        assert_same(whole(stream.cut(700)), TABLE)


def test_a_lazy_frame_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with open_stream(pl.LazyFrame({"a": [1, 2]}), 10**6) as stream:
        assert os.listdir(tmp_path)
        assert stream.n_rows == 2
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("extension", [".csv", ".parquet"])
def test_several_files_are_one_table(tmp_path, extension):
    for number in range(3):
        write_table(TABLE.take(range(number * 100, number * 100 + 100)), tmp_path / f"p{number}{extension}")
    paths = [tmp_path / f"p{number}{extension}" for number in range(3)]
    for source in (paths, str(tmp_path / f"p*{extension}")):
        with open_stream(source, 10**6) as stream:
            assert len(stream.names) == 3
            assert_same(whole(stream), TABLE.take(range(300)))


@pytest.mark.parametrize(
    "cells",
    [
        ["1"] * 3000 + ["2.5"],
        ["1"] * 3000 + ["abc"],
        ["1.5"] * 3000 + ["NA", " 7 "],
        ["true"] * 3000 + ["FALSE"],
        ["true"] * 3000 + ["1"],
        ["?"] * 3000 + ["3"],
        ["?"] * 3000,
        ["9"] * 3000 + ["9223372036854775808"],
        ["2020-02-29"] * 3000,
        ["x "] * 3000 + [' "quoted"'],
    ],
)
def test_all_cells_of_a_csv_file_decide_the_type_of_its_column(tmp_path, cells):
    text = "key,c\n" + "".join(f"k,{cell}\n" for cell in cells)
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    expected = read_table(tmp_path / "t.csv").columns["c"]
    with open_stream(tmp_path / "t.csv", 10**4) as stream:
        assert len(stream.pieces) > 2
        column = whole(stream).columns["c"]
    assert (column.dtype == object) == (expected.dtype == object)
    np.testing.assert_array_equal(column, expected)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\r\n1,x\r\n2,\r\n",
        "\ufeffa;b\n1;x\n\n2;?\n\n",
        'a,b\n1,"x\ny"\n2,"""q"", \n"\n',
        "a\n\n1\n\n2\n",
        "a,b\n1,x\n2,y",
    ],
)
def test_dialects_of_csv(tmp_path, text):
    (tmp_path / "t.csv").write_bytes(text.encode())
    with open_stream(tmp_path / "t.csv", 8 * 16) as stream:
        assert_same(whole(stream), read_table(tmp_path / "t.csv"))


def test_columns_can_be_kept_as_text(tmp_path):
    (tmp_path / "t.csv").write_text("zip,n\n01234,1\nNA,2\n", encoding="utf-8")
    with open_stream(tmp_path / "t.csv", 10**6, ReadOptions(text_columns=["zip"])) as stream:
        assert whole(stream).columns["zip"].tolist() == ["01234", None]
    with open_stream(tmp_path / "t.csv", 10**6, ReadOptions(text_columns="all")) as stream:
        assert whole(stream).columns["n"].tolist() == ["1", "2"]


def test_different_tables_have_different_fingerprints(tmp_path):
    def fingerprint(source):
        with open_stream(source, 10**6) as stream:
            return stream.fingerprint()

    write_table(TABLE, tmp_path / "t.parquet")
    first = fingerprint(tmp_path / "t.parquet")
    assert fingerprint(tmp_path / "t.parquet") == first
    write_table(TABLE.take(range(N - 1)), tmp_path / "t.parquet")
    assert fingerprint(tmp_path / "t.parquet") != first
    assert fingerprint(TABLE) != fingerprint(TABLE.take(range(N)[::-1]))


def test_errors_count_the_rows_and_lines_of_the_file(tmp_path):
    lines = ["a,b", *(f"{i},{i}" for i in range(2000))]
    (tmp_path / "t.csv").write_text("\n".join([*lines, "1,2,3", ""]), encoding="utf-8")
    with (
        pytest.raises(DataError, match=r"line 2002 of .* has 3 cells where the header has 2"),
        open_stream(tmp_path / "t.csv", 10**4),
    ):
        pass
    with (
        open_stream(TABLE, 10**6) as stream,
        pytest.raises(DataError, match=r"counted from row 701 of the table on, x"),
        stream.located(stream.cut(700).pieces[1], 700 - stream.cut(700).pieces[1].first_row),
    ):
        raise DataError("x")


FILES = {
    "a.csv": "x,y\n1,2\n",
    "fewer.csv": "x\n1\n",
    "more.csv": "x,y,z\n1,2,3\n",
    "text.csv": "x,y\n1,two\n",
    "none.csv": "x,y\n",
    "blank.csv": "",
    "blank.tsv": "",
    "binary.tsv": "x\ty\n" + "1\t2\n" * 50_000 + "\0\t1\n",
    "t.jsonl": '{"x": 1}\n[2]\n',
    "t.json": "[]",
    "t.xlsx": "PK",
}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a.csv", "fewer.csv"], "'fewer.csv' lacks the column 'y' that 'a.csv' has"),
        (["a.csv", "more.csv"], "'a.csv' lacks the column 'z' that 'more.csv' has"),
        (["none.csv"], "'none.csv' has no rows; add some."),
        (["blank.csv"], "'blank.csv' is empty"),
        (["blank.tsv"], "'blank.tsv' is empty"),
        (["binary.tsv"], "'binary.tsv' is binary or UTF-16 without a byte order mark, not a text table"),
        (["a.cvs"], "there is no file 'a.cvs'. Did you mean 'a.csv'?"),
        (["t.xlsx"], "'t.xlsx' is a workbook, which is read whole, as a sheet has 1,048,576 rows at most"),
        (["t.jsonl"], "line 2 of 't.jsonl' is not a JSON object; each line must be like"),
        (["t.json"], "'t.json' cannot be read in pieces, which only .csv, .tsv, .parquet, .jsonl, "),
        (["-"], "standard input can be read only once"),
        (["*.doc"], "no file matches '*.doc'"),
        ([], "source must name one table file or more"),
        (["."], "'.' is a folder; name its files"),
        (["a.csv", "t.parquet"], "'t.parquet' is of another format than 'a.csv'"),
        (["broken.parquet"], "'broken.parquet' cannot be read as Parquet: "),
    ],
)
def test_errors(tmp_path, monkeypatch, names, sentence):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text.encode())
    write_table({"x": [1], "y": [2]}, "t.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1" + b"\1" * 50 + b"PAR1")
    with pytest.raises(DataError, match=re.escape(sentence)), open_stream(names, 10**6):
        pass


def test_different_types_in_two_parquet_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_table({"x": [1]}, "a.parquet")
    write_table({"x": ["1"]}, "b.parquet")
    with (
        pytest.raises(DataError, match=r"'x' is numbers in 'a\.parquet' and text in"),
        open_stream(["a.parquet", "b.parquet"], 10**6),
    ):
        pass


def test_a_row_group_too_large_for_the_memory(tmp_path):
    pl.DataFrame({"x": np.random.RandomState(0).rand(200_000)}).write_parquet(
        tmp_path / "t.parquet", row_group_size=200_000
    )
    with (
        pytest.raises(DataError, match=r"row groups of 200,000 rows, with 3 MB .* smaller row groups"),
        open_stream(tmp_path / "t.parquet", 5 * 10**5),
    ):
        pass


@pytest.mark.parametrize("cell", ['"' + "x" * 5000, '"' + "x" * 200_000, '"x\n5,6\n' * 3])
def test_a_record_without_an_end(tmp_path, cell):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n1," + cell, encoding="utf-8")
    with (
        pytest.raises(DataError, match=r"cannot be read as CSV from line 3 on: .*; close its quotes\."),
        open_stream(tmp_path / "t.csv", 800),
    ):
        pass


def test_a_lazy_frame_that_cannot_be_read():
    with (
        pytest.raises(DataError, match="the lazy frame cannot be read: "),
        open_stream(pl.LazyFrame({"a": [1]}).select("b"), 10**6),
    ):
        pass


def test_a_full_disk_while_a_lazy_frame_is_written(monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    with (
        pytest.raises(OutputError, match="No space left on device; set TMPDIR"),
        open_stream(pl.LazyFrame({"a": [1]}), 10**6),
    ):
        pass


def test_larger_files_and_patterns(tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n", encoding="utf-8")
    assert not is_larger(str(tmp_path / "a.csv"), 100)
    assert is_larger(str(tmp_path / "a.csv"), 3)
    (tmp_path / "b.csv").write_text("a\n1\n", encoding="utf-8")
    assert is_larger(str(tmp_path / "*.csv"), 100)
    assert is_larger(str(tmp_path / "a*.csv"), 100)  # though it is a single file
    assert not is_larger("iris", 0)


def test_numbers_of_several_parquet_files_are_of_the_wider_kind(tmp_path):
    write_table(Table({"x": [1, 2]}), tmp_path / "a.parquet")
    write_table(Table({"x": [0.5, 1.5]}), tmp_path / "b.parquet")
    with open_stream(str(tmp_path / "*.parquet"), 2**20) as stream:
        assert stream.kinds == {"x": "number"}


def test_pieces_of_parquet_files_respect_row_groups(tmp_path):
    frame = pl.DataFrame({"x": np.arange(5000)})
    for name, rows in (("a", 100), ("b", 1500)):
        frame.write_parquet(tmp_path / f"{name}.parquet", row_group_size=rows)
    with open_stream([tmp_path / "a.parquet", tmp_path / "b.parquet"], 2**24) as stream:
        assert [piece.n_rows for piece in stream.pieces] == [5000, 5000]
        small = stream.cut(1000)
        assert_same(whole(small), Table({"x": np.tile(np.arange(5000), 2)}))
    ends = {(piece.file, piece.stop) for piece in small.pieces}
    group_rows = ParquetFile.read(tmp_path / "b.parquet").group_rows
    assert {(1, int(end)) for end in np.cumsum(group_rows)} <= ends
    assert max(piece.n_rows for piece in small.pieces) <= 1000
    assert min(piece.n_rows for piece in small.pieces) > 400


def test_a_changed_file_has_another_fingerprint(tmp_path):
    write_table(TABLE, tmp_path / "t.csv")
    prints = []
    for changed in (1, 2):
        os.utime(tmp_path / "t.csv", ns=(0, changed))
        with open_stream(tmp_path / "t.csv", 2**20) as stream:
            prints.append(stream.fingerprint())
    assert prints[0] != prints[1]


def test_the_fingerprint_of_a_lazy_frame_is_of_its_values():
    prints = []
    for number in (1, 1, 2):
        frame = pl.LazyFrame({"x": np.arange(300_000) * number, "t": ["a", "b", "c"] * 100_000})
        with open_stream(frame, 2**20) as stream:
            prints.append(stream.fingerprint())
    assert prints[0] == prints[1] != prints[2]


OPENED = """
import sys
from separatrix.data.stream_sources import open_stream
with open_stream(sys.argv[1], 5_000_000) as stream:
    assert stream.n_rows == 400_000
"""
# The process in between is small: a process begins with the peak of the one that starts it.
MEASURED = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-c", *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.memory
@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="needs getrusage")
def test_a_large_csv_file_is_opened_in_little_memory(tmp_path):
    draw = np.random.RandomState(0)
    columns = {f"x{j}": draw.normal(size=400_000) for j in range(10)}
    columns |= {f"t{j}": draw.choice(["ant", "bee", "cat"], 400_000) for j in range(4)}
    pl.DataFrame(columns).write_csv(tmp_path / "t.csv")  # 80 MB
    command = [sys.executable, "-c", MEASURED, OPENED, str(tmp_path / "t.csv")]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    assert int(finished.stdout) * (1 if sys.platform == "darwin" else 1024) < 170e6  # 65 before it is opened


def test_without_pyarrow_the_error_names_the_extra(tmp_path, monkeypatch):
    write_table({"x": [1]}, tmp_path / "t.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with (
        pytest.raises(DataError, match=r"PyArrow, which is not installed: pip install 'sep.*\[parquet\]'"),
        open_stream(tmp_path / "t.parquet", 10**6),
    ):
        pass


def test_a_full_disk_while_a_csv_file_is_converted(tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    (tmp_path / "t.csv").write_text("a\n1\n", encoding="utf-8")
    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    with (
        pytest.raises(OutputError, match=r"cannot write the rows of '.*t\.csv' to .*; set TMPDIR"),
        open_stream(tmp_path / "t.csv", 10**6),
    ):
        pass


def test_a_csv_file_leaves_nothing_behind(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    (tmp_path / "t.csv").write_text("a\n1\n", encoding="utf-8")
    with open_stream(tmp_path / "t.csv", 10**6) as stream:
        assert os.listdir(folder)
        assert stream.n_rows == 1
    assert os.listdir(folder) == []


def test_column_names_that_polars_takes_for_patterns(tmp_path):
    (tmp_path / "t.csv").write_text("*,^a.*$,a b\n1,x,2.5\n2,y,3\n", encoding="utf-8")
    with open_stream(tmp_path / "t.csv", 10**6) as stream:
        assert_same(whole(stream), read_table(tmp_path / "t.csv"))
        assert stream.kinds == {"*": "whole", "^a.*$": "text", "a b": "number"}


def write_by_polars(path):
    DAMAGED.write_parquet(path, row_group_size=300)


def write_by_pyarrow(path):
    table = DAMAGED.to_arrow().replace_schema_metadata({"any": "thing"})
    pq.write_table(table, path, row_group_size=256, write_page_index=True)


DAMAGED = pl.DataFrame({"x": np.arange(1000.0), "t": ["a", None] * 500})


def damaged(content, damage):
    """Return a Parquet file whose footer is damaged in one of many ways."""
    footer = content[-8 - int.from_bytes(content[-8:-4], "little") : -8]
    draw = np.random.RandomState(damage)
    if damage % 2:
        footer = footer[: draw.randint(len(footer))]
    else:
        flipped = np.frombuffer(footer, np.uint8).copy()
        flipped[draw.randint(len(flipped), size=1 + damage % 5)] = draw.randint(256)
        footer = flipped.tobytes()
    return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"


@pytest.mark.parametrize("write", [write_by_polars, write_by_pyarrow])
def test_a_damaged_footer_is_read_or_is_an_error(tmp_path, write):
    path = tmp_path / "t.parquet"
    write(path)
    content, n_errors = path.read_bytes(), 0
    for damage in range(200):
        path.write_bytes(damaged(content, damage))
        try:
            with open_stream(path, 10**6) as stream:
                assert all(piece.n_rows > 0 for piece in stream.pieces)
        except DataError:  # and nothing else
            n_errors += 1
    assert n_errors > 50


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PAR1",
        b"a,b\n1,2\n3,4\n5,6\n",
        b"PAR1\x19\x19\x19\x04\0\0\0PAR1",
        *(
            b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
            for footer in (b"\x1c" * 50_000, b"\x19" * 50_000, b"\x15" + b"\xff" * 50_000, b"\x18\x7f")
        ),
    ],
)
def test_what_is_no_parquet_file_is_an_error(tmp_path, content):
    (tmp_path / "t.parquet").write_bytes(content)
    with pytest.raises(DataError, match=r"t\.parquet"), open_stream(tmp_path / "t.parquet", 10**6):
        pass


def test_a_parquet_file_without_rows_is_an_error(tmp_path):
    pl.DataFrame({"a": pl.Series([], dtype=pl.Int64)}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match="has no rows"), open_stream(tmp_path / "t.parquet", 10**6):
        pass


def test_a_parquet_file_is_as_large_as_its_cells(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": ["x" * 1000]}).select(pl.col("a").repeat_by(100_000).explode()).write_parquet(path)
    assert path.stat().st_size < 10_000
    assert is_larger(str(path), 90_000_000)
    assert not is_larger(str(path), 110_000_000)
    path.write_bytes(b"no Parquet")
    assert not is_larger(str(path), 100)


def test_json_lines_in_pieces_are_those_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("separatrix.data.files.json_lines.CHUNK_BYTES", 64)
    lines = [f'{{"i": {i}, "x": {i / 4 if i > 20 else i}, "c": "{"ab"[i % 2]}"}}' for i in range(40)]
    lines[3], lines[30] = '{"i": 3}', '{"i": 30, "x": null, "c": "b", "late": true}'
    (tmp_path / "t.jsonl").write_text("\n".join(lines) + "\n\n")
    whole = read_table(tmp_path / "t.jsonl")
    with open_stream(tmp_path / "t.jsonl", 2**20) as stream:
        assert stream.kinds == {"i": "whole", "x": "number", "c": "text", "late": "truth"}
        columns = dict(stream.read(stream.pieces[0], list(stream.kinds)))
    for name in ("i", "x", "c"):
        np.testing.assert_array_equal(columns[name], whole[name])
    (tmp_path / "bad.jsonl").write_text("\n".join([*lines, "7"]))
    with (
        pytest.raises(DataError, match=r"line 41 of '.*bad.jsonl' is not a JSON object"),
        open_stream(tmp_path / "bad.jsonl", 2**20),
    ):
        pass


def test_a_database_in_pieces_is_that_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("separatrix.data.files.sqlite_files.PIECE_ROWS", 7)
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute('CREATE TABLE people (age, size, "*", void)')
        rows = [(i, i if i < 20 else i / 4, "x" if i == 33 else i, None) for i in range(40)]
        database.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", rows)
        database.execute("CREATE TABLE other (a)")
        database.commit()
    whole = read_table(f"{path}?table=people")
    with open_stream([f"{path}?table=people"], 2**20) as stream:
        assert stream.kinds == {"age": "whole", "size": "number", "*": "text", "void": "empty"}
        columns = dict(stream.read(stream.pieces[0], ["age", "size", "*"]))
    for name in columns:
        np.testing.assert_array_equal(columns[name], whole[name])


def test_numbers_before_text_in_a_database_are_the_same_text_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("separatrix.data.files.sqlite_files.PIECE_ROWS", 4)
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE people (mixed)")
        database.executemany(
            "INSERT INTO people VALUES (?)", [(v,) for v in (1, 2.5, 3.0, None, "x", "1", 7.0)]
        )
        database.commit()
    expected = ["1", "2.5", "3", None, "x", "1", "7"]
    assert read_table(path)["mixed"].tolist() == expected
    with open_stream(path, 2**20) as stream:
        assert dict(stream.read(stream.pieces[0], ["mixed"]))["mixed"].tolist() == expected


def test_numbers_before_text_in_json_lines_are_the_same_text_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("separatrix.data.files.json_lines.CHUNK_BYTES", 36)  # the first four lines
    values = ("1", "2.5", "3.0", "null", '"x"', '"1"', "7.0", "1e22")
    (tmp_path / "t.jsonl").write_text("\n".join(f'{{"a": {value}}}' for value in values))
    expected = ["1", "2.5", "3", None, "x", "1", "7", "1" + 22 * "0"]
    assert read_table(tmp_path / "t.jsonl")["a"].tolist() == expected
    with open_stream(tmp_path / "t.jsonl", 2**20) as stream:
        assert dict(stream.read(stream.pieces[0], ["a"]))["a"].tolist() == expected
