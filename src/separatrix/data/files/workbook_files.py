"""Workbooks of Excel and LibreOffice: one sheet, read as text and then as a CSV file is."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from separatrix.data.files.csv_files import scan_csv
from separatrix.data.files.sources import ScannedTable, Source
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError, did_you_mean

WORKBOOK_OPTIONS = ("sheet", "na", "header", "skip_rows", "decimal")

_AS_TEXT = {"header_row": None, "dtypes": "string"}


def scan_workbook(source: Source, options: ReadOptions) -> ScannedTable:
    """Return the columns of a sheet.

    All cells are text first, so that a sheet may have title lines and empty columns, and a column a dash
    among its numbers, as in a CSV file.
    """
    import polars as pl

    try:
        import fastexcel
    except ImportError as error:
        raise DataError(
            f"{source.label} is read with fastexcel, which is not installed: pip install "
            "'separatrix[excel]'; or save the sheet as CSV."
        ) from error
    content = source.read()
    try:
        sheets = fastexcel.read_excel(content).sheet_names
        sheet, notes = _sheet(sheets, options.sheet, source.label)
        cells = pl.read_excel(
            io.BytesIO(content),
            sheet_name=sheet,
            has_header=False,
            drop_empty_rows=False,
            drop_empty_cols=False,
            raise_if_empty=False,
            read_options=_AS_TEXT,
        )
    except (fastexcel.FastExcelError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{source.label} cannot be read as a workbook: {_first_line(error)}.") from error
    # Dates have a time of day in text, also those without one.
    days = cells.select(pl.all().str.replace(r"^(\d{4}-\d\d-\d\d) 00:00:00$", "$1"))
    text = days.write_csv(include_header=False).encode()
    as_csv = replace(options, sep=",", encoding="utf-8", decimal=options.decimal or ".", sheet=None)
    scanned = scan_csv(Source(text, source.label), as_csv)
    return replace(scanned, notes=(*notes, *scanned.notes))


def _sheet(sheets: list[str], wanted: str | int | None, label: str) -> tuple[str, tuple[str, ...]]:
    """Return the name of the sheet to read, and a note if there are others and none was named."""
    if wanted is None:
        others = ", ".join(f"'{name}'" for name in sheets[1:])
        note = (f"of {label} the first sheet, '{sheets[0]}', is read; sheet= names another: {others}.",)
        return sheets[0], note if others else ()
    if str(wanted) in sheets:
        return str(wanted), ()
    if str(wanted).isdecimal() and 1 <= int(wanted) <= len(sheets):
        return sheets[int(wanted) - 1], ()
    raise DataError(
        f"there is no sheet '{wanted}' in {label}; the sheets are: {', '.join(sheets)}."
        f"{did_you_mean(wanted, sheets)}"
    )


def _first_line(error: Any) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
