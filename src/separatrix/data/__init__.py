"""Tables, data sets, and the encoder that turns a table into the features of a network."""

from __future__ import annotations

from separatrix.data.column_options import ColumnOptions
from separatrix.data.datasets import (
    dataset_names,
    load_dataset,
    make_bumps,
    make_checkerboard,
    make_gaussians,
    make_spiral,
    make_ten_points,
    make_xor,
)
from separatrix.data.encoder import TableEncoder
from separatrix.data.frames import table_from_frame
from separatrix.data.schema import Schema
from separatrix.data.schema_learning import learn_schema
from separatrix.data.table import Table, split_target
from separatrix.data.table_files import find_layout, open_table, read_table
from separatrix.data.table_output import write_table

__all__ = [
    "ColumnOptions",
    "Schema",
    "Table",
    "TableEncoder",
    "dataset_names",
    "find_layout",
    "learn_schema",
    "load_dataset",
    "make_bumps",
    "make_checkerboard",
    "make_gaussians",
    "make_spiral",
    "make_ten_points",
    "make_xor",
    "open_table",
    "read_table",
    "split_target",
    "table_from_frame",
    "write_table",
]
