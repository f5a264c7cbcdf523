"""Workbooks are read as CSV files are, one sheet of them."""

from __future__ import annotations

import datetime
import io
import sys

import pytest
import xlsxwriter

from separatrix.data import read_table
from separatrix.data.table_files import ReadWarning
from separatrix.errors import DataError

ROWS = [
    ["Report 2023"],
    [],
    ["name", "n", "price", "zip", "day", "yes", "odd", None],
    ["A", 1, 1.5, "01067", datetime.date(2023, 1, 2), True, 3, None],
    ["B", 9007199254740991, None, "10115", datetime.date(2023, 1, 3), False, "-", None],
]


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in (("one", ROWS), ("two", [["x"], [7]])):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_a_sheet_with_a_title_and_odd_cells(workbook):
    with pytest.warns(ReadWarning) as caught:
        table = read_table(workbook)
    assert {name: column.tolist() for name, column in table.columns.items()} == {
        "name": ["A", "B"],
        "n": [1, 9007199254740991],
        "price": [1.5, pytest.approx(float("nan"), nan_ok=True)],
        "zip": ["01067", "10115"],
        "day": ["2023-01-02", "2023-01-03"],
        "yes": [True, False],
        "odd": ["3", "-"],
    }
    first, second = (str(warning.message) for warning in caught)
    assert first.endswith("t.xlsx' the first sheet, 'one', is read; sheet= names another: 'two'.")
    assert second.endswith("'Report 2023' on, are skipped as a title; skip_rows=0 overrules this guess.")


@pytest.mark.parametrize("sheet", ["two", 2, "2"])
def test_a_sheet_that_is_named(workbook, sheet):
    assert read_table(workbook, sheet=sheet).columns["x"].tolist() == [7]


def test_a_sheet_that_is_not_there(workbook):
    with pytest.raises(DataError, match=r"no sheet 'twoo' in .*are: one, two\. Did you mean 'two'\?"):
        read_table(workbook, sheet="twoo")


def test_a_workbook_from_standard_input(workbook, monkeypatch):
    stdin = type("Input", (), {"buffer": io.BytesIO(workbook.read_bytes())})
    monkeypatch.setattr(sys, "stdin", stdin)
    assert read_table("-", sheet="two").columns["x"].tolist() == [7]


def test_a_damaged_workbook(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04junk")
    with pytest.raises(DataError, match=r"t\.xlsx' cannot be read as a workbook: "):
        read_table(tmp_path / "t.xlsx")


def test_without_fastexcel_the_error_names_the_extra(workbook, monkeypatch):
    monkeypatch.setitem(sys.modules, "fastexcel", None)
    with pytest.raises(DataError, match=r"not installed: pip install 'separatrix\[excel\]'; or save"):
        read_table(workbook)
