from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from separatrix.data import Table, read_table, table_from_frame
from separatrix.data.given_tables import given_table, with_target_column
from separatrix.data.look import look
from separatrix.data.schema_learning import learn_schema
from separatrix.data.stream_sources import open_stream
from separatrix.data.table_files import ReadWarning
from separatrix.data.target_rows import stream_with_target, with_target

ROWS = [f"{age};{'' if age % 3 == 0 else 'yes'}" for age in range(30, 60)]


@pytest.mark.parametrize(
    ("above", "options"),
    [("age;y\n", {}), ("A title\n\nage;y\n", {"skip_rows": 2}), ("", {"header": False, "sep": ";"})],
)
def test_each_row_is_found_in_its_line_of_the_file(tmp_path: Path, above, options) -> None:
    path = tmp_path / "people.csv"
    path.write_text(above + "\n".join(ROWS))
    table = read_table(path, **options)
    names = table.take([3, 0, 29]).row_names
    assert names.what == "line of 'people.csv'"
    assert names.heading == "line"
    lines = path.read_text().split("\n")
    assert [lines[line - 1] for line in names.names] == [ROWS[3], ROWS[0], ROWS[29]]


@pytest.mark.filterwarnings("ignore::separatrix.data.table_files.ReadWarning")
@pytest.mark.parametrize("below", ["\n", "\n\n;;;\n", ";;;\n\n;;;\n"])
def test_blank_lines_below_the_rows_move_no_row(tmp_path: Path, below) -> None:
    path = tmp_path / "people.csv"
    path.write_text("A title\nage;y;;\n" + "".join(f"{row};;\n" for row in ROWS) + below)
    names = read_table(path).row_names
    assert names.what == "line of 'people.csv'"
    assert names.names.tolist() == list(range(3, 3 + len(ROWS)))


@pytest.mark.parametrize("text", ['a,b\n1,"two\nlines"\n2,x\n3,y\n', "a,b\n1,w\n\n2,x\n3,y\n"])
def test_rows_that_are_no_lines_are_counted(tmp_path: Path, text) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    table = read_table(path)
    assert table.row_names.what == "row of 't.csv', counted from 1 below the names"
    assert table["a"][table.row_names.names.tolist().index(2)] == 2


def test_rows_of_frames_have_their_index() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=["x", "y", "z"])
    table = table_from_frame(frame).take([2, 1]).select(["a"])
    assert table.row_names.names.tolist() == ["z", "y"]
    assert table.row_names.sentence == "The first column is the index of the data frame."
    assert table_from_frame(pl.DataFrame({"a": [1, 2]})).row_names.what == "row, counted from 0"


def test_rows_keep_their_names_when_others_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["age;y", *ROWS]) + "\n")
    table = read_table(path)
    schema = learn_schema(table, "y")
    rows, schema = with_target(table, schema)
    made = schema.apply_all(rows).take(np.arange(2, 5))
    assert made.row_names.names.tolist() == [age - 28 for age in made["age"].tolist()]
    labelled, _ = with_target_column(rows, np.arange(rows.n_rows))
    assert labelled.row_names is rows.row_names


def test_rows_of_a_stream_have_names_only_if_they_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["age;y", *ROWS]) + "\n")
    with ExitStack() as stack:
        stream = stack.enter_context(open_stream(path, 2**20))
        assert stream.row_names([0, 29]).names.tolist() == [2, 31]
        assert stream.row_names([0]).what == "line of 'people.csv'"
        rows, _ = stream_with_target(stream, learn_schema(stream, "y"), stack, 2**20)
        assert rows.row_names([0]) is None


def test_columns_of_other_rows_have_no_names() -> None:
    assert Table({"a": [1, 2]}).take([1]).row_names is None


def test_warnings_about_a_file_point_to_the_line_that_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("A title\nage;y\n" + "\n".join(ROWS) + "\n")
    reads = [lambda: read_table(path), lambda: look(path), lambda: given_table(path)]
    for read in reads:
        with pytest.warns(ReadWarning, match="is skipped as a title") as caught:
            read()
        assert {each.filename for each in caught} == {__file__}
