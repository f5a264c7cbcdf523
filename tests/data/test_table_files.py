"""Table files are written and read; a file that is not a table raises an error that says why."""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from separatrix.data import Table, read_table, split_target, write_table
from separatrix.data.files import csv_files
from separatrix.data.files.formats import FORMATS, TableFormat
from separatrix.data.files.sources import ScannedTable
from separatrix.data.read_options import MISSING_WORDS
from separatrix.data.schema import require_columns
from separatrix.data.stream_sources import open_stream
from separatrix.data.table_files import ReadWarning
from separatrix.data.table_output import write_pieces
from separatrix.errors import DataError, OutputError

EXTENSIONS = [".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".csv.gz", ".jsonl.gz", ".CSV"]
TABLE = Table(
    {
        "n": [1, 2, 3],
        "x": [0.1, None, 1e300],
        "yes": [True, False, True],
        'a "name", quoted': ["a,b", None, 'line\nbreak "q"\t;'],
    }
)


def assert_same(left, right):
    assert left.column_names == right.column_names
    for name in left.column_names:
        assert left.columns[name].dtype == right.columns[name].dtype
        np.testing.assert_array_equal(left.columns[name], right.columns[name])


def read_csv_text(tmp_path, text, **settings):
    (tmp_path / "t.csv").write_bytes(text.encode())
    return read_table(tmp_path / "t.csv", **settings)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_is_written_is_read_again(tmp_path, extension):
    write_table(TABLE, tmp_path / f"t{extension}")
    assert_same(read_table(str(tmp_path / f"t{extension}")), TABLE)
    assert [path.name for path in tmp_path.iterdir()] == [f"t{extension}"]


@pytest.mark.slow
@given(values=st.lists(st.floats(allow_infinity=False), min_size=1))
def test_floats_survive_a_csv_file_to_the_last_bit(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("floats") / "t.csv"
    write_table({"text": ["x"] * len(values), "x": values}, path)
    np.testing.assert_array_equal(read_table(path).columns["x"].astype(float), values)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_standard_input_is_recognised(tmp_path, monkeypatch, extension):
    write_table(TABLE, tmp_path / f"t{extension}")
    content = (tmp_path / f"t{extension}").read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert_same(read_table("-"), TABLE)


def test_standard_output_gets_csv(monkeypatch):
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=buffer))
    write_table({"a": [1, 2], "b": ["x", None]}, "-")
    assert buffer.getvalue() == b"a,b\n1,x\n2,\n"


@pytest.mark.parametrize("library", [pl, pd])
def test_a_data_frame_is_read_too(library):
    assert read_table(library.DataFrame({"a": [1]})).columns["a"].tolist() == [1]


@pytest.mark.parametrize(
    ("cells", "dtype", "expected"),
    [
        (["1", "2"], np.int64, [1, 2]),
        (["1"] * 3000 + ["2.5"], np.float64, [1] * 3000 + [2.5]),
        (["1"] * 3000 + ["abc"], object, ["1"] * 3000 + ["abc"]),
        (["9223372036854775808", "1"], object, ["9223372036854775808", "1"]),
        (["01067", "10115"], object, ["01067", "10115"]),
        (["0", "0.5", "-0.5", "00.5"], np.float64, [0, 0.5, -0.5, 0.5]),
        (["True", "false", "TRUE"], bool, [True, False, True]),
        (["yes", "no"], object, ["yes", "no"]),
        (["2020-02-29"], object, ["2020-02-29"]),
        ([" 1", "2 "], np.int64, [1, 2]),
        (["1", "inf"], np.float64, [1, np.inf]),
        (["1", *MISSING_WORDS, " NA "], np.float64, [1] + [np.nan] * (len(MISSING_WORDS) + 1)),
        (["a", *MISSING_WORDS], object, ["a"] + [None] * len(MISSING_WORDS)),
        (["NA", "?"], np.float64, [np.nan, np.nan]),
    ],
)
def test_all_cells_decide_the_type_of_a_column(tmp_path, cells, dtype, expected):
    text = "key,c\n" + "".join(f"k,{cell}\n" for cell in cells)
    column = read_csv_text(tmp_path, text).columns["c"]
    assert column.dtype == dtype
    np.testing.assert_array_equal(column, np.array(expected, dtype=dtype))


def test_columns_can_be_kept_as_text(tmp_path):
    table = read_csv_text(tmp_path, "zip,n\n01234,1\nNA,2\n", text_columns=["zip"])
    assert table.columns["zip"].tolist() == ["01234", None]
    assert table.columns["n"].tolist() == [1, 2]
    table = read_csv_text(tmp_path, "zip,n\n01234,1.50\nNA,2\n", text_columns="all")
    assert table.columns["n"].tolist() == ["1.50", "2"]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,x\n2,\n",
        "a;b\n1;x\n2;\n",
        "a\tb\n1\tx\n2\t\n",
        "\ufeffa,b\r\n1,x\r\n2,\r\n\r\n",
        "a,b\r1,x\r2,\r",
        "a , b\n\n1, x\n\n2,?\n\n",
        '"a","b"\n1,"x"\n2,""',
    ],
)
def test_dialects_of_csv(tmp_path, text):
    assert_same(read_csv_text(tmp_path, text), Table({"a": [1, 2], "b": ["x", None]}))


def test_a_row_of_empty_cells_is_a_row_but_a_blank_line_is_not(tmp_path):
    assert read_csv_text(tmp_path, "a,b\n1,2\n,\n\n3,4\n").n_rows == 3


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("t.csv", b"", "is empty; a table needs a header line and rows."),
        ("t.csv", b"\n \n", "is empty; a table needs a header line and rows."),
        ("t.csv", b"a,b\n", "has column names but no rows; add some."),
        (
            "t.csv",
            b"a,b\n1,2\n1,2,3\n",
            "line 3 of 't.csv' has 3 cells where the header has 2; correct it (a cell",
        ),
        (
            "t.csv",
            b'a,b\n1,"x\ny"\n\n1\n',
            "line 5 of 't.csv' has 1 cells where the header has 2; correct it",
        ),
        (
            "t.csv",
            b'a,b\n1,2\n1,"x\n',
            "as CSV from line 3 on: unexpected end of data; close its quotes.",
        ),
        ("t.csv", bytes(range(256)), "is binary or UTF-16 without a byte order mark, not a text table; save"),
        (
            "t.csv",
            "a,b\né,ü\nñ,ö\n".encode() + b"1,\xe9\n",
            "is not UTF-8 text (first in line 4); correct the line, or name the encoding, ",
        ),
        (
            "t.csv",
            b"a,b\n1,\x81\n",
            "'t.csv' is neither UTF-8 nor Windows-1252 text; save it as CSV in UTF-8,",
        ),
        ("t.csv.gz", b"a,b\n1,2\n", "is not a whole gzip file; compress it again."),
        (
            "t.csv.gz",
            gzip.compress(b"a,b\n1,2\n" * 9, mtime=0)[:-9],
            "is not a whole gzip file; compress it again.",
        ),
        (
            "t.csv.gz",
            gzip.compress(b"a\n" * 9, mtime=0)[:9] + b"\xff" * 9,
            "is not a whole gzip file; compress it again.",
        ),
        ("t.parquet", b"PAR1junkPAR1", "cannot be read as Parquet: "),
        (
            "t.jsonl",
            b'{"a":1}\n\n{"a":\n',
            "line 3 of 't.jsonl' is not a JSON object; each line must be like",
        ),
        ("t.jsonl", b"[1]\n", "line 1 of 't.jsonl' is not a JSON object; each line must be like"),
        (
            "t.jsonl",
            b'{"a":true}\n{"a":3}\n',
            "cannot be read as JSON lines: cannot parse 'true' (bool) as Int64.",
        ),
        ("t.jsonl", b"{}\n", "'t.jsonl' has no columns and no rows; add some."),
        (
            "t.doc",
            b"PK",
            "'t.doc' is of no known kind; save it as CSV, or read it with pandas, and pass the data ",
        ),
        ("t.csv.zip", b"PK", "'t.csv.zip' is not a whole zip file; compress it again."),
        ("t.json", b'{"a": [1, 2], "b": [3]}', "'t.json' is no table; it must be a list of objects, as in "),
        ("t.json", b"[" * 200_000, "'t.json' is nested too deeply for a table"),
        ("t.json", b"[]", "'t.json' has no rows; add some."),
        ("t.json", b'[{"a": Infinity}]', "'t.json' has infinite numbers; replace them, or write null."),
        ("t.json", b'[{"a": 1}, {"a"', "'t.json' is not valid JSON ("),
        ("t.json", b'{"columns": ["a", "b"], "data": [[1]]}', "'t.json' is no table; it must be a list of"),
        ("t.jsonl", b'{"a": 1}\n{"a": NaN}\n', "line 2 of 't.jsonl' is not a JSON object"),
        ("t.json", b"[1, 2]", "'t.json' is no table; it must be a list of objects, as in "),
    ],
)
def test_errors_for_files_that_are_not_tables(tmp_path, monkeypatch, name, content, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=re.escape(sentence)):
        read_table(name)


def test_errors_for_files_that_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "patients.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match=r"there is no file 'patient\.csv'\. Did you mean 'patients\.csv'\?"):
        read_table("patient.csv")
    with pytest.raises(DataError, match=r"there is no file 'nowhere/t\.csv'\.$"):
        read_table("nowhere/t.csv")
    with pytest.raises(DataError, match=r"'.' is a folder; give the name of a table file in it\."):
        read_table(".")

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(DataError, match=r"'patients\.csv' cannot be read: Permission denied\."):
        read_table("patients.csv")


@pytest.mark.parametrize("orient", ["records", "columns", "split", "lines"])
def test_json_as_pandas_writes_it(tmp_path, orient):
    frame = pd.DataFrame({"age": [31, 52, 47], "town": ["Bonn", None, "Ulm"]})
    if orient == "lines":
        frame.to_json(tmp_path / "t.json", orient="records", lines=True)
    else:
        frame.to_json(tmp_path / "t.json", orient=orient)
    table = read_table(tmp_path / "t.json")
    assert table["age"].tolist() == [31, 52, 47]
    assert table["town"].tolist() == ["Bonn", None, "Ulm"]


def test_json_of_columns_as_lists(tmp_path):
    (tmp_path / "t.json").write_text('{"age": [31, null], "town": ["Bonn", "Ulm"]}')
    table = read_table(tmp_path / "t.json")
    assert table["town"].tolist() == ["Bonn", "Ulm"]
    assert np.isnan(table["age"][1])


@pytest.mark.parametrize("name", ["t.csv.zip", "t.zip"])
def test_a_zip_file_with_one_table(tmp_path, name):
    pd.DataFrame({"age": [31, 52]}).to_csv(tmp_path / name, index=False, compression={"method": "zip"})
    assert read_table(tmp_path / name)["age"].tolist() == [31, 52]


def test_a_zip_file_with_several_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("a.csv", "x\n1\n")
        archive.writestr("b.csv", "x\n1\n")
    with pytest.raises(DataError, match=r"must hold one table, got 2 files \(a\.csv, b\.csv\)"):
        read_table(tmp_path / "t.zip")


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    with pytest.raises(OutputError, match=r"the extension must be one of \.csv, \.tsv"):
        write_table(TABLE, tmp_path / "t.xlsx")
    with pytest.raises(OutputError, match="does not exist; create it first"):
        write_table(TABLE, tmp_path / "nowhere" / "t.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_real_tables_have_the_rows_and_missing_cells_of_their_files(real_tables):
    table = read_table(real_tables / "adult.csv")
    assert (table.n_rows, len(table.column_names)) == (48_842, 15)
    kinds = {name: column.dtype.kind for name, column in table.columns.items()}
    assert kinds["age"] == kinds["hours_per_week"] == "i"
    assert kinds["workclass"] == kinds["target"] == "O"
    text = (real_tables / "adult.csv").read_text().splitlines()[1:]
    empty = sum(line.split(",")[1] == "" for line in text)
    assert (table.columns["workclass"] == None).sum() == empty > 0  # noqa: E711 (compares element by element)
    assert set(split_target(table, "target")[1]) == {"<=50K", ">50K"}


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


@pytest.mark.parametrize("extension", [".xlsx", ".xls", ".ods"])
def test_a_workbook_is_only_read(tmp_path, extension):
    with pytest.raises(
        OutputError, match=r"workbooks are only read, so write \.csv, which Excel opens, too\."
    ):
        write_pieces(iter(PIECES), tmp_path / f"t{extension}", KINDS)


def test_an_unknown_extension(tmp_path):
    with pytest.raises(OutputError, match=r"the extension must be one of \.csv, \.tsv"):
        write_pieces(iter(PIECES), tmp_path / "t.doc", KINDS)


def test_a_new_format_is_one_entry(tmp_path, monkeypatch):
    def scan(source, options):
        return ScannedTable(pl.read_avro(io.BytesIO(source.read())).lazy())

    def write(frames, file, group_rows, layout):
        pl.concat(list(frames)).write_avro(file)

    avro = TableFormat("Avro", scan, write, starts=b"Obj\x01", in_pieces=True)
    monkeypatch.setitem(FORMATS, ".avro", avro)
    write_table(TABLE, tmp_path / "t.avro")
    assert_same(read_table(tmp_path / "t.avro"), TABLE)
    with open_stream(tmp_path / "t.avro", 10**6) as stream:
        assert_same(Table(dict(stream.read(stream.pieces[0], TABLE.column_names))), TABLE)
    content = SimpleNamespace(buffer=io.BytesIO((tmp_path / "t.avro").read_bytes()))
    monkeypatch.setattr(sys, "stdin", content)
    assert_same(read_table("-"), TABLE)
    with pytest.raises(OutputError, match=r"must be one of .*, \.avro, each also with \.gz"):
        write_table(TABLE, tmp_path / "t.doc")


@pytest.mark.parametrize(
    "index",
    [None, [7, 9, 4], pd.Index(["u", "v", "w"], name="when"), pd.MultiIndex.from_arrays([[1, 2, 3]] * 2)],
)
@pytest.mark.parametrize("in_pieces", [False, True])
def test_the_index_of_a_pandas_frame_is_no_column(tmp_path, index, in_pieces):
    frame = pd.DataFrame({"a": [0.5, 1.5, 2.5], "*": ["x", "y", "x"]}, index=index)
    frame.to_parquet(tmp_path / "t.parquet")
    assert read_parquet_columns(tmp_path / "t.parquet", in_pieces) == {
        "a": [0.5, 1.5, 2.5],
        "*": ["x", "y", "x"],
    }


def read_parquet_columns(path, in_pieces):
    if not in_pieces:
        table = read_table(path)
        return {name: column.tolist() for name, column in table.columns.items()}
    with open_stream(path, 2**20) as stream:
        names = list(stream.kinds)
        return {name: column.tolist() for name, column in stream.read(stream.pieces[0], names)}


@pytest.mark.parametrize("in_pieces", [False, True])
@pytest.mark.parametrize("values", [[3, None, 1], [3.0, None, 1.5], [True, None, False], ["x", None, "y"]])
def test_categories_of_pandas_are_text_in_a_parquet_file_too(tmp_path, values, in_pieces):
    frame = pd.DataFrame({"n": [1, 2, 3], "c": pd.Categorical(values)})
    frame.to_parquet(tmp_path / "t.parquet")
    expected = {name: column.tolist() for name, column in read_table(frame).columns.items()}
    assert read_parquet_columns(tmp_path / "t.parquet", in_pieces) == expected


@pytest.mark.parametrize("text", [b"a,b\n1,x\r2,y\n", b"a,b\r1,x\r2,y\r", b'a,b\r\n1,x\r2,"y"'])
def test_a_carriage_return_alone_ends_a_line(tmp_path, text):
    (tmp_path / "mac.csv").write_bytes(text)
    assert_same(read_table(tmp_path / "mac.csv"), Table({"a": [1, 2], "b": ["x", "y"]}))
    with open_stream(tmp_path / "mac.csv", 2**20) as stream:
        assert_same(
            Table(dict(stream.read(stream.pieces[0], ["a", "b"]))), Table({"a": [1, 2], "b": ["x", "y"]})
        )


def test_threads_that_read_csv_files_leave_the_environment_as_it_was(tmp_path, monkeypatch):
    monkeypatch.delenv(csv_files.CHUNK_VARIABLE, raising=False)
    inside, leave = threading.Barrier(3), threading.Event()

    def read():
        with csv_files.small_chunks():
            inside.wait(10)
            leave.wait(10)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    inside.wait(10)
    assert os.environ[csv_files.CHUNK_VARIABLE] == str(csv_files.CHUNK_BYTES)
    leave.set()
    for thread in threads:
        thread.join()
    assert csv_files.CHUNK_VARIABLE not in os.environ


@pytest.mark.parametrize("rows", [[100], [100, 101], [100, 900]])
@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_quote_within_a_cell_is_a_character(tmp_path, rows, in_pieces):
    lines = [f"pipe {i},{i % 2}" for i in range(1000)]
    for row in rows:
        lines[row] = '5" pipe,0'
    (tmp_path / "t.csv").write_text("\n".join(["part,y", *lines]) + "\n", encoding="utf-8")
    if in_pieces:
        with open_stream(tmp_path / "t.csv", 2**20) as stream:
            table = Table(dict(stream.read(stream.pieces[0], ["part", "y"])))
    else:
        table = read_table(tmp_path / "t.csv")
    assert table.n_rows == 1000
    assert [table.columns["part"][row] for row in rows] == ['5" pipe'] * len(rows)


@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_quote_without_an_end_is_an_error_that_names_the_line(tmp_path, in_pieces):
    lines = [f"pipe {i},{i % 2}" for i in range(1000)]
    lines[100] = '"pipe,0'
    (tmp_path / "t.csv").write_text("\n".join(["part,y", *lines]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="as CSV from line 102 on: unexpected end of data; close its quotes"):
        open_stream(tmp_path / "t.csv", 2**20).__enter__() if in_pieces else read_table(tmp_path / "t.csv")


@pytest.mark.parametrize("text", ["x", "{}", "[]", "7", '{"index_columns": [], "columns": [{}]}'])
def test_what_other_programs_call_pandas_is_ignored(tmp_path, text):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [1, 2]}).write_parquet(path, metadata={"pandas": text})
    assert read_table(path).columns["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ('{"columns": [1, 2, 3], "data": [4, 5, 6]}', {"columns": [1, 2, 3], "data": [4, 5, 6]}),
        ('{"columns": 1, "data": 2}', {"columns": [1], "data": [2]}),
        ('[{"a": NaN}, {"a": 1.5}]', {"a": [None, 1.5]}),
    ],
)
def test_json_that_only_looks_like_another_form(tmp_path, text, columns):
    (tmp_path / "t.json").write_text(text)
    table = read_table(tmp_path / "t.json")
    found = {
        name: [None if cell != cell else cell for cell in table[name].tolist()] for name in table.columns
    }
    assert found == columns


@pytest.mark.parametrize(
    ("name", "kind"),
    [("rows.parquet", "a Parquet file (.parquet)"), ("rows.csv.gz", "a compressed file (.csv.gz)")],
)
def test_a_file_with_the_name_of_another_kind_is_named(tmp_path: Path, name: str, kind: str) -> None:
    rows = {"x": np.arange(500.0), "y": np.array(["yes", "no"] * 250, dtype=object)}
    write_table(rows, tmp_path / name)
    (tmp_path / name).rename(tmp_path / "rows.csv")
    with pytest.raises(DataError, match=re.escape(f"is no text table but {kind}; rename it so.")):
        read_table(tmp_path / "rows.csv")


def test_names_in_single_quotes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("'age'\t'it''s'\n31\t1\n45\t0\n")
    with pytest.warns(ReadWarning, match="single quotes around the names and around cells of '.*t.csv' are"):
        assert read_table(tmp_path / "t.csv").column_names == ["age", "it''s"]
    (tmp_path / "u.csv").write_text("'age',n'\n31,1\n")
    assert read_table(tmp_path / "u.csv").column_names == ["'age'", "n'"]


def test_cells_in_single_quotes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("'town';'size';'y'\n'Ulm';'1,5';no\n' Bonn ';'';'yes'\n';'2';'no'\n")
    with pytest.warns(ReadWarning, match="single quotes around the names and around cells"):
        table = read_table(tmp_path / "t.csv")
    assert table["town"].tolist() == ["Ulm", "Bonn", "'"]
    assert table["size"].tolist() == pytest.approx([1.5, np.nan, 2.0], nan_ok=True)
    assert table["y"].tolist() == ["no", "yes", "no"]
    (tmp_path / "u.csv").write_text("town,size\n'Ulm',1\n'Bonn',2\n")
    assert read_table(tmp_path / "u.csv")["town"].tolist() == ["'Ulm'", "'Bonn'"]


def test_a_model_of_names_in_single_quotes_says_so() -> None:
    with pytest.raises(DataError, match=r"names in single quotes, as 'age', and the table has them without"):
        require_columns({"age": [1.0], "town": ["Ulm"]}, ["'age'", "town"])
    with pytest.raises(DataError, match="the table lacks column ''age''"):
        require_columns({"ages": [1.0]}, ["'age'"])
