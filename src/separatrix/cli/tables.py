"""Tables that commands are given: a file, standard input or a data set by name, and the target in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from separatrix.data.datasets import TARGET, dataset_names, load_dataset
from separatrix.data.table import Table, split_target
from separatrix.data.table_files import TextColumns, read_table
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError, did_you_mean

LARGE = 10**9
"""Bytes of a file from which on it is read in pieces, whether asked for or not."""


def read_source(source: str, text_columns: TextColumns = ()) -> Table:
    """Read a table from a file, from standard input (`-`) or from the data sets by name.

    Examples
    --------
    >>> read_source("ten-points").n_rows
    10
    """
    if source in dataset_names():
        return load_dataset(source)
    if source != "-" and not Path(source).suffix and not Path(source).exists():
        raise DataError(
            f"there is no file or data set '{source}'; the data sets are: {', '.join(dataset_names())}."
            + did_you_mean(source, dataset_names())
        )
    return read_table(source, text_columns=text_columns)


def source_name(source: str) -> str:
    """Return what to call a source in a report."""
    return "standard input" if source == "-" else Path(source).name


def chosen_target(table: Table, wanted: str | None) -> str:
    """Return the name of the column to predict: the one asked for, else `target`."""
    if wanted is None and TARGET not in table.columns:
        raise ParameterError(
            f"--target must name the column to predict, as none is called '{TARGET}'; the columns are: "
            f"{', '.join(table.columns)}."
        )
    return TARGET if wanted is None else wanted


def features_and_target(table: Table, name: str) -> tuple[Table, NDArray[Any]]:
    """Part a table into features and target; a `DataError` if nothing is left to predict by."""
    features, y = split_target(table, name)
    if not features.columns:
        raise DataError(
            f"there is no column but the target '{name}'; a model needs columns to predict it from."
        )
    return features, y


def text_columns_of(model: AnyModel, target: str | None = None) -> list[str]:
    """Return the columns that a model reads as text, whatever their cells spell in another file."""
    inputs = [] if model.encoder is None else model.encoder.text_columns
    has_text_classes = model.classes is not None and model.classes.dtype.kind == "U"
    return [*inputs, target] if target is not None and has_text_classes else inputs
